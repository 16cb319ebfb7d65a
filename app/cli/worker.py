"""`flask worker`: works batches off, where gunicorn does not do that beside itself."""

import os
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from app.errors import StartError
from app.outside import Outside
from app.prepare import prepare
from app.work import Work


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Work batches off until a SIGTERM or Ctrl-C.

    gunicorn has a worker beside itself unless WORKER is external. More workers, on as many
    machines as you like, share the work of several Studio accounts.
    """
    outside: Outside = current_app.extensions["outside"]
    try:
        prepare(outside)
    except StartError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    Work(outside).run()
    outside.db.dispose()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # what is still in hand had its time: an exit would wait for its threads
