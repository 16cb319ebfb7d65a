"""`flask embeds cartridge`: the embeds of a course as a file that an LMS imports."""

from pathlib import Path

import click

from app.cli.terminal import as_json, of_studio, show, with_outside
from app.cli.writing import ask_to_replace, explained, tell_saved, whole_file
from app.core.cartridge import get_cartridge
from app.inputs import LARGEST_ID
from app.outside import Outside

STDOUT = Path("-")


@click.command("cartridge")
@click.argument("course_id", metavar="COURSE", type=click.IntRange(1, LARGEST_ID))
@click.option(
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=Path(),
    help="A folder, the file itself, or - for standard output. [default: this folder]",
)
@click.option("--force", is_flag=True, help="Replace a file that is there, and do not ask.")
@of_studio
@as_json
@with_outside
def cartridge(
    outside: Outside,
    *,
    course_id: int,
    output: Path,
    force: bool,
    studio: str | None,
    as_json: bool,
) -> None:
    """Write the embeds of COURSE as a Common Cartridge.

    An LMS that has this tool imports it: each embed becomes a link in a module.

    \b
    flask embeds cartridge 101
    flask embeds cartridge 101 --output biology.imscc
    """
    if output == STDOUT and as_json:
        raise click.UsageError("--json and --output -: standard output has room for one of them.")
    account = outside.get_account(studio)
    made = get_cartridge(outside.db, account, course_id, outside.settings.public_url)
    if output == STDOUT:
        click.echo(made.content, nl=False)
        return
    with explained(output):
        target = output / made.name if output.is_dir() else output
    ask_to_replace(target, force=force)
    with whole_file(target) as file:
        file.write(made.content)
    if as_json:
        show({"course_id": course_id, "path": str(target), "links": made.links})
        return
    tell_saved(target, f"{made.links} {'link' if made.links == 1 else 'links'}")
