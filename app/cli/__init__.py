"""The door for operators: `flask …`."""

import click
from flask import Flask

from app.cli import (
    api_keys,
    batches,
    cartridge,
    courses,
    database,
    doctor,
    embeds,
    keys,
    media,
    platforms,
    studio,
    studio_connect,
    worker,
)


def register(app: Flask) -> None:
    """Give the `flask` command ours."""
    for group in (platforms, studio, courses, keys, api_keys, embeds, batches, media, database):
        app.cli.add_command(group.commands)
    studio.commands.add_command(studio_connect.connect)
    embeds.commands.add_command(batches.batch)
    embeds.commands.add_command(batches.export)
    embeds.commands.add_command(cartridge.cartridge)
    app.cli.add_command(doctor.doctor)
    app.cli.add_command(worker.worker)


def prepares_itself() -> bool:
    """Whether a command of ours is being looked up, which prepares what it needs when it runs.

    `flask db upgrade` must work where the schema is too old for everything else.
    """
    context = click.get_current_context(silent=True)
    return context is not None and context.parent is None
