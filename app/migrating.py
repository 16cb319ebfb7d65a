"""Migrations by Alembic, loaded only where one is to run: at most starts all of them have.

Not here: whether one is missing, and that one process at a time sees to it (`app/db.py`).
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from app.errors import StartError

FOLDER = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Run what is missing; raises `StartError` where the schema is a newer version's."""
    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError:
        raise StartError(
            "The database's schema is of a newer version of this service: run that version, or "
            "restore the backup that was made before it."
        ) from None


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings, for migrations that run on `connection`."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
