"""`flask media`: every operation of Studio's Media API, for one Studio account."""

from app.cli.media import changing, files, places, searching, sharing, showing
from app.cli.media.group import commands

__all__ = ["changing", "commands", "files", "places", "searching", "sharing", "showing"]
