"""The small LMS for gunicorn (`sandbox.lms.wsgi:app`), with its settings from variables."""

from sandbox.lms import LmsSettings, create_lms

app = create_lms(LmsSettings.from_environment())
