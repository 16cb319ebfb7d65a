"""`flask courses`: which integer course id of Studio a course of a platform is."""

import click

from app.cli.terminal import Commands, with_outside
from app.core import courses, platforms
from app.inputs import LARGEST_ID, is_id
from app.outside import Outside

commands = Commands("courses", help="Which course of Studio a course of a platform is.")


@commands.command("link")
@click.option("--platform", "issuer", required=True, help="The platform's issuer.")
@click.option("--client-id", help="Needed where the issuer has several.")
@click.option("--context", "context_id", required=True, help="The LTI context.id of the course.")
@click.option(
    "--course",
    "course_id",
    required=True,
    type=click.IntRange(1, LARGEST_ID),
    help="The course's number, as Studio wants it.",
)
@with_outside
def link(
    outside: Outside, *, issuer: str, client_id: str | None, context_id: str, course_id: int
) -> None:
    """Say which course a context is.

    It counts before everything that a launch says.
    """
    if not is_id(context_id):
        raise click.BadParameter("a context id has 1 to 255 characters that can be printed")
    found = platforms.get_platform(outside.db, issuer, client_id)
    courses.link_course(outside.db, found.id, context_id, course_id)
    click.echo(f"Context {context_id} of {issuer} is course {course_id}.")
