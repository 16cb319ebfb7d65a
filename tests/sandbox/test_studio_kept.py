"""What the small Studio keeps in its file outlives a restart, until it is reset or deleted."""

import sqlite3
from pathlib import Path
from typing import Any

from sandbox.installation import forget, studio_database
from tests.sandbox.studio_visitor import Caller, signed, small_studio


def count(studio: Caller) -> int:
    return studio.api("GET", "/media/search").json()["meta"]["total_count"]


def test_media_embeds_and_tokens_outlive_a_restart(tmp_path: Path) -> None:
    database = str(tmp_path / "new" / "studio.sqlite3")
    with small_studio(database=database) as studio:
        studio.api("DELETE", "/media/260861")
        studio.api("PUT", "/media/262118/archive")
        more = {"permissions": [{"user_id": 4268, "permission": "view"}]}
        shared = studio.api("POST", "/media/260854/permissions", json=more).json()
        path = studio.launch_url().removeprefix(studio.url)
        studio.refresh("sandbox-refresh-token")
        tokens, before = studio.tokens(), count(studio)
    with small_studio(database=database) as studio:
        assert (studio.tokens(), count(studio)) == (tokens, before)
        assert studio.api("GET", "/media/260861").status_code == 404
        assert studio.api("GET", "/media/260854/permissions").json() == shared
        assert studio.launch(studio.url + path, signed(studio.url + path)).status_code == 200
        places = studio.api("GET", "/media/260854/perspectives").json()["perspectives"]
        assert places[1]["embeds"][0]["launch_url"] == studio.url + path
        assert studio.refresh(tokens["refresh_token"]).status_code == 200


def test_a_service_that_is_new_finds_in_after_a_restart_but_once(tmp_path: Path) -> None:
    database = str(tmp_path / "studio.sqlite3")
    with small_studio(database=database) as studio:
        assert studio.refresh("sandbox-refresh-token").status_code == 200
        assert studio.refresh("sandbox-refresh-token").status_code == 400
        kept = studio.tokens()["refresh_token"]
    with small_studio(database=database) as studio:
        assert studio.refresh("sandbox-refresh-token").status_code == 200
        assert studio.refresh("sandbox-refresh-token").status_code == 400
        assert studio.refresh(kept).status_code == 400


def test_the_catalogue_grows_on_request_and_what_was_deleted_stays_so(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"database": str(tmp_path / "studio.sqlite3")}
    with small_studio(**settings) as studio:
        studio.api("DELETE", "/media/260861")
        before = count(studio)
    with small_studio(**settings, media=300) as studio:
        grown = count(studio)
        assert studio.api("GET", "/media/260861").status_code == 404
    assert before + 90 < grown <= before + 100
    with small_studio(**settings) as studio:
        assert count(studio) == grown


def test_a_reset_brings_back_the_start(tmp_path: Path) -> None:
    database = str(tmp_path / "studio.sqlite3")
    with small_studio(database=database) as studio:
        first = count(studio)
        studio.api("DELETE", "/media/260861")
        studio.embed()
        studio.send("POST", "/_sandbox/reset")
        assert count(studio) == first
    with small_studio(database=database) as studio:
        assert studio.api("GET", "/media/260861").status_code == 200
        assert studio.api("GET", "/media/260854/courses").json() == {"courses": []}


def test_what_a_demo_kept_can_be_forgotten(tmp_path: Path) -> None:
    database = studio_database(tmp_path, 8002)
    assert studio_database(tmp_path, 8003) != database
    with small_studio(database=str(database)) as studio:
        studio.api("DELETE", "/media/260861")
    assert list(tmp_path.iterdir()) != []
    forget(database)
    assert list(tmp_path.iterdir()) == []
    with small_studio(database=str(database)) as studio:
        assert studio.api("GET", "/media/260861").status_code == 200
    forget(tmp_path / "nothing.sqlite3")


def test_a_file_of_another_form_is_started_over(tmp_path: Path) -> None:
    database = str(tmp_path / "studio.sqlite3")
    with small_studio(database=database) as studio:
        studio.api("DELETE", "/media/260861")
    connection = sqlite3.connect(database)
    connection.execute("UPDATE kept SET value = 'older' WHERE name = 'form'")
    connection.execute("ALTER TABLE embed RENAME COLUMN course_id TO course")
    connection.commit()
    connection.close()
    with small_studio(database=database) as studio:
        assert studio.api("GET", "/media/260861").status_code == 200
