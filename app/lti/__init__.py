"""The door for the LMS."""
