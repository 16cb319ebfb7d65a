"""How the last media was put into a course, so that the next one begins like that."""

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from app.db import Database, insert_into
from app.models import picker_choice


class Choice(BaseModel):
    """How a media is shown, in the words of the API; `size` is one of `content_items.SIZES`."""

    model_config = ConfigDict(frozen=True)
    embed_type: str = "embed"
    downloadable: bool = False
    size: str = "medium"


def find_choice(db: Database, account_id: int, course_id: int) -> Choice | None:
    """Find the last choice for a course."""
    query = sa.select(picker_choice.c.choice).where(
        picker_choice.c.account_id == account_id, picker_choice.c.course_id == course_id
    )
    with db.reading() as connection:
        text = connection.execute(query).scalar_one_or_none()
    return None if text is None else Choice.model_validate_json(text)


def keep_choice(db: Database, account_id: int, course_id: int, choice: Choice) -> None:
    """Keep the last choice for a course."""
    row = {"choice": choice.model_dump_json()}
    with db.writing() as connection:
        insert = insert_into(connection, picker_choice)
        insert = insert.values(account_id=account_id, course_id=course_id, **row)
        keys = ["account_id", "course_id"]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=row))
