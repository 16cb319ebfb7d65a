"""What gunicorn and the `flask` command load."""

