"""The door for operators: `flask …`."""

import pkgutil

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "api-keys": "app.cli.api_keys:commands",
    "batches": "app.cli.batches:commands",
    "courses": "app.cli.courses:commands",
    "db": "app.cli.database:commands",
    "doctor": "app.cli.doctor:doctor",
    "embeds": "app.cli.embeds:commands",
    "keys": "app.cli.keys:commands",
    "media": "app.cli.media:commands",
    "platforms": "app.cli.platforms:commands",
    "studio": "app.cli.studio:commands",
    "worker": "app.cli.worker:worker",
}


class _Commands(AppGroup):
    """Our commands, each loaded when it is asked for: most of what they need is their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = pkgutil.resolve_name(COMMANDS[cmd_name])
        return command


def register(app: Flask) -> None:
    """Give the `flask` command ours."""
    app.cli = _Commands(app.name)


def is_looking_up() -> bool:
    """Whether a command of ours is being looked up, which prepares what it needs when it runs.

    `flask db upgrade` must work where the schema is too old for everything else.
    """
    context = click.get_current_context(silent=True)
    return context is not None and context.parent is None
