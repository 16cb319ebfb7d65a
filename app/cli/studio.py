"""`flask studio`: the Studio accounts, whether they are connected, and whose launches they get."""

import sys
from typing import Any, TextIO

import click
from pydantic import SecretStr

from app.cli.studio_connect import connect
from app.cli.terminal import Commands, as_json, of_studio, show, show_table, with_outside
from app.core import account_setup, account_state, accounts, platforms
from app.core.account_setup import Description
from app.outside import Outside
from app.settings.launch_modes import LAUNCH_MODES

commands = Commands("studio", help="The Studio accounts in which media are embedded.")
commands.add_command(connect)


@commands.command("add")
@click.option("--url", required=True, help="The origin of its Studio: https://host.")
@click.option("--client-id", help="Our OAuth client there; a new account needs it.")
@click.option(
    "--client-secret-file",
    type=click.File(),
    help="Holds that client's secret; - is standard input. Without it a terminal is asked.",
)
@click.option("--launch-mode", type=click.Choice(LAUNCH_MODES), help="Who launches Studio.")
@click.option("--lti-key", help="lti11: our consumer key at Studio.")
@click.option(
    "--lti-secret-file",
    type=click.File(),
    help="lti11: holds that key's secret; - is standard input. Without it a terminal is asked.",
)
@click.option("--lti-client-id", help="lti13: what we call Studio, our tool.")
@click.option("--lti-deployment-id", help="lti13: the deployment of that tool.")
@click.option("--lti-login-url", help="lti13: Studio's login initiation URL.")
@click.option(
    "--lti-redirect-uri",
    "lti_redirect_uris",
    multiple=True,
    help="lti13: where Studio lets id_tokens be posted, exactly; may be repeated.",
)
@as_json
@with_outside
def add(
    outside: Outside,
    *,
    client_secret_file: TextIO | None,
    lti_secret_file: TextIO | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Add or update a Studio account.

    The one with this URL is updated: what is not given stays as it is.
    """
    insecure = outside.settings.allow_insecure_urls
    described = account_setup.read_description(fields, allow_insecure=insecure)
    described = _with_secrets(outside, described, client_secret_file, lti_secret_file)
    account = account_setup.save_account(outside.db, outside.vault, described)
    if as_json:
        show(_describe(outside, account))
        return
    click.echo(f"Saved Studio account {account.id}: {account.url}.")
    if account_state.read_state(account) == "never connected":
        click.echo(
            f"Next: give its developer key in Studio the redirect URI {outside.studio_redirect_uri}"
            f"\nThen: flask studio connect --studio {account.url}"
        )


def _with_secrets(
    outside: Outside, described: Description, client_file: TextIO | None, lti_file: TextIO | None
) -> Description:
    """Add the secrets: from files, else from the terminal, for whoever names a client or key."""
    if described.client_id is None and accounts.find_account_at(outside.db, described.url) is None:
        raise click.UsageError("A new account needs --client-id.")
    new_client, new_key = described.client_id is not None, described.lti_key is not None
    update = {
        "client_secret": _read_secret(client_file, "--client-secret-file", asks=new_client),
        "lti_secret": _read_secret(lti_file, "--lti-secret-file", asks=new_key),
    }
    return described.model_copy(update=update)


def _read_secret(file: TextIO | None, option: str, *, asks: bool) -> SecretStr | None:
    if file is not None:
        if text := file.read().strip():
            return SecretStr(text)
        raise click.UsageError(f"{option}: there is nothing in it.")
    if not asks:
        return None
    if not sys.stdin.isatty():
        raise click.UsageError(f"Give the secret with {option} ({option} - reads standard input).")
    name = option.removeprefix("--").removesuffix("-file").replace("-", " ")
    return SecretStr(click.prompt(name.capitalize(), hide_input=True))


@commands.command("list")
@as_json
@with_outside
def list_(outside: Outside, *, as_json: bool) -> None:
    """List every Studio account."""
    found = [_describe(outside, account) for account in accounts.list_accounts(outside.db)]
    if as_json:
        show(found)
        return
    rows = [
        (
            each["id"],
            each["url"],
            each["state"],
            each["launch_mode"],
            "yes" if each["default"] else "no",
        )
        for each in found
    ]
    empty = "No Studio account yet: see `flask studio add --help`."
    show_table(("id", "url", "state", "launch mode", "default"), rows, empty)


@commands.command("status")
@of_studio
@as_json
@with_outside
def status(outside: Outside, *, studio: str | None, as_json: bool) -> None:
    """Show whether accounts are connected.

    Every account, or the one that is named; nothing is asked of Studio (`flask doctor` does that).
    The exit status is 1 where one of them is not connected, or there is none.
    """
    named = None if studio is None else [outside.get_account(studio)]
    found = accounts.list_accounts(outside.db) if named is None else named
    if not found:
        raise accounts.not_set_up()
    described = [_describe(outside, account) for account in found]
    if as_json:
        show(described)
    else:
        click.echo("\n\n".join(_as_text(each) for each in described))
    sys.exit(0 if all(each["state"] == "connected" for each in described) else 1)


@commands.command("disconnect")
@of_studio
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_outside
def disconnect(outside: Outside, *, studio: str | None, yes: bool) -> None:
    """Forget an account's tokens.

    The account and its embeds stay, and videos that are embedded still play.
    """
    account = outside.get_account(studio)
    if not yes:
        click.confirm(f"Forget the tokens of {account.url}?", abort=True)
    outside.tokens(account).forget()
    click.echo(f"Forgot the tokens of {account.url}. `flask studio connect` gets new ones.")


@commands.command("bind")
@click.option("--platform", "issuer", required=True, help="The platform's issuer.")
@click.option("--client-id", help="Needed where the issuer has several.")
@of_studio
@with_outside
def bind(outside: Outside, *, issuer: str, client_id: str | None, studio: str | None) -> None:
    """Send a platform's launches to an account.

    Until then they go to the default account.
    """
    account = outside.get_account(studio)
    found = platforms.get_platform(outside.db, issuer, client_id)
    accounts.bind_platform(outside.db, found.id, account.id)
    click.echo(f"Platform {found.id} ({issuer}, {found.client_id}) is bound to {account.url}.")


def _describe(outside: Outside, account: Any) -> dict[str, Any]:
    default = outside.find_default_account()
    return account_state.describe(outside.db, account, None if default is None else default.id)


def _as_text(described: dict[str, Any]) -> str:
    texts = {
        **described,
        "default": "yes" if described["default"] else "no",
        "platforms": "; ".join(map(_name, described["platforms"])),
        "home": _name(described["home"]) if described["home"] else None,
    }
    lines = (f"{name.replace('_', ' ')}: {value or '-'}" for name, value in texts.items())
    return "\n".join(lines)


def _name(platform: dict[str, str]) -> str:
    return f"{platform['issuer']}, client id {platform['client_id']}"
