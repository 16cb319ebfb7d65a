"""`flask db`: the schema."""

import click
from alembic import command
from flask import current_app
from flask.cli import with_appcontext

from app.cli.terminal import Commands
from app.db import explained
from app.migrating import alembic_config
from app.outside import Outside

commands = Commands("db", help="The database's schema.")


@commands.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the schema up to date."""
    outside: Outside = current_app.extensions["outside"]
    with explained(outside.db):
        outside.db.upgrade()
    click.echo("The schema is up to date.")


@commands.command("revision")
@click.argument("message")
@with_appcontext
def revision(message: str) -> None:
    """Write a migration (for developers).

    It holds what changed in the models.
    """
    outside: Outside = current_app.extensions["outside"]
    with explained(outside.db):
        outside.db.upgrade()
        with outside.db.writing() as connection:
            command.revision(alembic_config(connection), message, autogenerate=True)
