"""`flask media sources|download`: the files of a media, and one into a folder of this machine."""

import sys
from pathlib import Path

import click

from app.cli.media import words
from app.cli.media.group import commands, of_media, open_studio
from app.cli.media.lists import show_list
from app.cli.media.watching import watching
from app.cli.terminal import as_json, ask, of_studio, show, with_outside
from app.core.downloads import Download
from app.core.file_names import make_file_name
from app.core.part_files import PartFile
from app.outside import Outside


@commands.command("sources")
@of_media
@of_studio
@as_json
@with_outside
def sources(outside: Outside, *, media_id: int, studio: str | None, as_json: bool) -> None:
    """List the files of a media.

    Their addresses stand in the JSON only: whoever has one has the file.

    \b
    flask media sources 260854
    """
    found = open_studio(outside, studio).list_sources(media_id)
    show_list(
        found,
        ("quality", "type", "size"),
        lambda one: (one.definition, one.mime_type, words.size(one.size)),
        f"Media {media_id} has no files: it comes from elsewhere, or is being transcoded.",
        as_json=as_json,
    )


@commands.command("download")
@of_media
@of_studio
@click.option("--quality", help="One that `flask media sources` names. [default: the best]")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    default=Path(),
    help="A folder, or the file itself. [default: this folder]",
)
@click.option("--force", is_flag=True, help="Replace a file that is there, and do not ask.")
@as_json
@with_outside
def download(
    outside: Outside,
    *,
    media_id: int,
    studio: str | None,
    quality: str | None,
    to: Path,
    force: bool,
    as_json: bool,
) -> None:
    """Download the file of a media.

    It is named by its title. What came of a download that was stopped or broke off lies in
    NAME.part, and the same command goes on with it.

    \b
    flask media download 260854
    flask media download 260854 --quality low --to lecture.mp4
    """
    client = open_studio(outside, studio)
    file = Download(client, outside.file_hosts(), media_id, quality)
    target = to
    if _is_folder(to):
        with watching() as watcher:
            remote = file.look(watcher)
        target = to / make_file_name(client.get_media(media_id).title, media_id, remote)
    if target.exists():
        ask(f"{target} is there already. Replace it?", yes=force, option="--force")
    try:
        with watching() as watcher:
            size = file.save(target, watcher, replace_it=target.exists())
    except KeyboardInterrupt:
        click.echo(f"Stopped. {PartFile(target).going_on()}".rstrip(), err=True)
        sys.exit(1)
    if as_json:
        show({"media_id": media_id, "path": str(target), "size": size})
        return
    click.echo(f"Saved {target} ({words.size(size)}).")


def _is_folder(to: Path) -> bool:
    """Whether a file goes into `to`, and not there itself; raises `click.UsageError`."""
    try:
        if not to.is_dir() and not to.parent.is_dir():
            raise click.UsageError(f"--to: there is no folder {to.parent}.")
        return to.is_dir()
    except OSError as error:
        raise click.UsageError(f"--to: {error.strerror}.") from None
