"""`flask platforms`: which LMSs may launch."""

from pathlib import Path
from typing import Any

import click

from app.cli.terminal import Commands, as_json, show, show_table, with_outside
from app.core import accounts, invites, platforms
from app.core.openid_configuration import is_address
from app.core.platforms import Platform, PlatformFaultError
from app.inputs import is_id
from app.outside import Outside

commands = Commands("platforms", help="The platforms (LMSs) that may launch.")

issuer_option = click.option("--issuer", required=True, help="The platform's issuer (iss).")


@commands.command("add")
@issuer_option
@click.option("--client-id", required=True, help="Our client id there.")
@click.option("--auth-login-url", required=True, help="Its OIDC authorization endpoint.")
@click.option("--key-set-url", required=True, help="Its public key set.")
@click.option("--auth-token-url", help="Its OAuth 2 token endpoint.")
@click.option("--auth-audience", help="Audience for that endpoint, where it is another.")
@click.option(
    "--deployment-id",
    "deployment_ids",
    multiple=True,
    help="A deployment; may be repeated. None: any is accepted, and recorded.",
)
@as_json
@with_outside
def add(
    outside: Outside, *, issuer: str, deployment_ids: tuple[str, ...], as_json: bool, **fields: Any
) -> None:
    """Add or update a platform.

    The one with this issuer and client id is updated.
    """
    fields["deployment_ids"] = list(deployment_ids) or None
    insecure = outside.settings.allow_insecure_urls
    registration = platforms.read_registration(issuer, fields, allow_insecure=insecure)
    platforms.import_platforms(outside.db, [(issuer, registration)])
    found = platforms.get_platform(outside.db, issuer, registration.client_id)
    if as_json:
        show(_describe(outside, found))
    else:
        click.echo(f"Saved platform {found.id}: {issuer}, client id {found.client_id}.")


@commands.command("invite")
@click.argument("issuer", required=False)
@as_json
@with_outside
def invite(outside: Outside, *, issuer: str | None, as_json: bool) -> None:
    """Print a link by which an LMS registers itself.

    Its admin pastes it where tools are added by dynamic registration, within a day: it works once.
    With ISSUER it is good for that LMS only.
    """
    insecure = outside.settings.allow_insecure_urls
    if issuer is not None and not (is_id(issuer) and is_address(issuer, insecure=insecure)):
        raise PlatformFaultError(
            f"{issuer}: an issuer that registers itself is an https URL of at most 255 characters."
        )
    secret, expires_at = invites.make_invite(outside.db, issuer)
    url = f"{outside.settings.public_url}/lti/register?invite={secret}"
    if as_json:
        show({"url": url, "invite": secret, "expires_at": expires_at.isoformat()})
        return
    click.echo(
        f"Paste this in {issuer or 'the LMS'}, where tools are added by dynamic registration, by "
        f"{expires_at:%Y-%m-%d %H:%M} UTC, once:"
    )
    click.echo(url)


@commands.command("list")
@as_json
@with_outside
def list_(outside: Outside, *, as_json: bool) -> None:
    """List every platform."""
    found = platforms.list_platforms(outside.db)
    if as_json:
        show([_describe(outside, platform) for platform in found])
        return
    rows = [(platform.id, platform.issuer, platform.client_id) for platform in found]
    empty = "No platform yet: `flask platforms invite` prints a link for an LMS."
    show_table(("id", "issuer", "client id"), rows, empty)


@commands.command("show")
@issuer_option
@click.option("--client-id", help="Needed where the issuer has several.")
@as_json
@with_outside
def show_(outside: Outside, *, issuer: str, client_id: str | None, as_json: bool) -> None:
    """Show one platform with its deployments."""
    described = _describe(outside, platforms.get_platform(outside.db, issuer, client_id))
    if as_json:
        show(described)
        return
    for name, value in described.items():
        text = ", ".join(value) or "any is accepted" if isinstance(value, list) else value
        click.echo(f"{name}: {'-' if text is None else text}")


@commands.command("remove")
@issuer_option
@click.option("--client-id", help="Needed where the issuer has several.")
@with_outside
def remove(outside: Outside, *, issuer: str, client_id: str | None) -> None:
    """Remove a platform.

    Its deployments and course links go with it; embeds stay.
    """
    found = platforms.get_platform(outside.db, issuer, client_id)
    platforms.remove_platform(outside.db, found.id)
    click.echo(f"Removed platform {found.id}: {issuer}, client id {found.client_id}.")


@commands.command("home")
@issuer_option
@click.option("--client-id", help="Needed where the issuer has several.")
@with_outside
def home(outside: Outside, *, issuer: str, client_id: str | None) -> None:
    """Name the platform whose people Studio knows.

    For its Studio account it is the first one, until another is named. All others' people are
    strangers to that Studio.
    """
    found = platforms.get_platform(outside.db, issuer, client_id)
    account = outside.account_of(found)
    accounts.set_home(outside.db, account.id, *found.names)
    click.echo(
        f"{account.url} knows the people of platform {found.id}: {issuer}, {found.client_id}."
    )


@commands.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@with_outside
def import_(outside: Outside, *, file: Path) -> None:
    """Add and update the platforms of FILE.

    It is in PyLTI1p3's JSON format, and is read whole or not at all.
    """
    insecure = outside.settings.allow_insecure_urls
    read = platforms.read_platforms_file(file, allow_insecure=insecure)
    click.echo(f"Saved {platforms.import_platforms(outside.db, read)} platforms from {file}.")


def _describe(outside: Outside, platform: Platform) -> dict[str, Any]:
    rows = platforms.list_deployments(outside.db, platform.id)
    return {
        "id": platform.id,
        "issuer": platform.issuer,
        "client_id": platform.client_id,
        "auth_login_url": platform.auth_login_url,
        "auth_token_url": platform.auth_token_url,
        "auth_audience": platform.auth_audience,
        "key_set_url": platform.key_set_url,
        "accepts_any_deployment": platform.any_deployment,
        "deployment_ids": [row.deployment_id for row in rows],
    }
