"""Many embeds at once: `flask embeds batch`, `flask embeds export`, and `flask batches …`."""

from app.cli.batches import looking, steering
from app.cli.batches.exporting import export
from app.cli.batches.group import commands
from app.cli.batches.planning import batch

__all__ = ["batch", "commands", "export", "looking", "steering"]
