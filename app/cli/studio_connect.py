"""`flask studio connect`: a link for an admin's browser, or the code of one pasted here."""

import sys
from typing import Any

import click

from app.cli.terminal import as_json, of_studio, show, with_outside
from app.core import connecting
from app.core.doctor import studio as examining
from app.outside import Outside
from app.studio import protocol


@click.command("connect")
@of_studio
@click.option("--code", "pastes", is_flag=True, help="Paste what Studio answers here.")
@click.option(
    "--redirect-uri", help="With --code: one that Studio knows, where it is not this service's."
)
@as_json
@with_outside
def connect(
    outside: Outside, *, studio: str | None, pastes: bool, redirect_uri: str | None, as_json: bool
) -> None:
    """Print a link that connects Studio.

    Open it in a browser, within half an hour: it works once. Studio sends the browser back to this
    service's address, which must be https and no localhost; where it is not, for development, use
    --code: open the address that is printed, and paste the one at which the browser ends.
    """
    if (redirect_uri and not pastes) or (as_json and pastes):
        raise click.UsageError("--redirect-uri goes with --code, and --json without it.")
    account = outside.get_account(studio)
    if pastes:
        _paste(outside, account, redirect_uri or outside.studio_redirect_uri)
        return
    link, expires_at = connecting.make_link(outside.db, outside.vault, account)
    url = f"{outside.settings.public_url}/studio/connect?link={link}"
    if as_json:
        show({"url": url, "expires_at": expires_at.isoformat()})
        return
    click.echo(
        f"Open this in a browser by {expires_at:%H:%M} UTC, once. It connects {account.url}:"
    )
    click.echo(url)


def _paste(outside: Outside, account: Any, redirect_uri: str) -> None:
    connecting.check_client(outside.vault, account)
    address = protocol.authorization_url(account.url, account.client_id, redirect_uri)
    click.echo(f"Open this in a browser, and allow the access:\n{address}")
    click.echo(f"Then the browser goes to {redirect_uri}, whether anything answers there or not.")
    code = connecting.read_pasted(click.prompt("The address there, or its code alone"))
    outside.tokens(account).redeem(code, redirect_uri)
    click.echo(f"Connected {account.url}.")
    check, _ = examining.check_account(outside.db, outside.vault, account.id, outside.studio)
    click.echo(" ".join(filter(None, (check.finding, check.remedy))))
    sys.exit(1 if check.status == "failed" else 0)
