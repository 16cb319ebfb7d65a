"""What gunicorn and the `flask` command load."""

import sys

from app import StartError, create_app

try:
    app = create_app()
except StartError as error:
    sys.exit(str(error))
