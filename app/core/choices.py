"""How the last media was put into a course: the next one begins like it."""

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from app.db import Database, insert_into
from app.models import picker_choice


class Choice(BaseModel):
    """What is likely to be wanted again."""

    model_config = ConfigDict(frozen=True)
    embed_type: str
    downloadable: bool
    size: str


def find_choice(db: Database, account_id: int, course_id: int) -> Choice | None:
    """Find how the last media was put into a course."""
    mine = (picker_choice.c.account_id == account_id, picker_choice.c.course_id == course_id)
    with db.reading() as connection:
        row = connection.execute(sa.select(picker_choice).where(*mine)).one_or_none()
    return None if row is None else Choice.model_validate_json(row.choice)


def keep_choice(db: Database, account_id: int, course_id: int, choice: Choice) -> None:
    """Remember how a media was put into a course."""
    row = {"choice": choice.model_dump_json()}
    with db.writing() as connection:
        insert = insert_into(connection, picker_choice)
        insert = insert.values(account_id=account_id, course_id=course_id, **row)
        keys = ["account_id", "course_id"]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=row))
