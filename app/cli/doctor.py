"""`flask doctor`: is everything there that a launch needs, and if not, what to do."""

import sys
from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.terminal import as_json, show
from app.core import keys
from app.core.doctor import Check, Doctor, worst
from app.errors import StartError
from app.outside import Outside
from app.prepare import prepare


@click.command("doctor")
@as_json
@with_appcontext
def doctor(*, as_json: bool) -> None:
    """Check the installation.

    Settings, database, keys, this service's address, every platform's key set, Studio and the
    clock: what was found, and what to do about it. The exit status is 1 where something failed;
    warnings alone are 0.
    """
    checks = _examine(current_app.extensions["outside"])
    if as_json:
        show({"status": worst(checks), "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            _tell(check)
    sys.exit(1 if worst(checks) == "failed" else 0)


def _examine(outside: Outside) -> list[Check]:
    start_fault = None
    try:
        outside.db.prepare()
        if keys.opens_all(outside.db, outside.vault):
            prepare(outside)
    except StartError as error:
        start_fault = str(error)
    return Doctor(
        settings=outside.settings,
        db=outside.db,
        vault=outside.vault,
        fetch=outside.fetch_key_set,
        fetch_ours=outside.fetch_our_key_set,
        client=outside.studio,
    ).examine(start_fault)


def _tell(check: Check) -> None:
    click.echo(f"{check.status:8} {check.name}: {check.finding}")
    if check.remedy is not None:
        click.echo(f"{'':9}{check.remedy}")
