"""A small LMS and a small Studio, in which the service is developed, tested and shown.

Nothing here is imported by `app/`, and nothing of `app/` is imported here.
"""
