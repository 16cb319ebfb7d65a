"""A course's cartridge by the API: that of the key's Studio account, and of no other."""

import re
import zipfile
from io import BytesIO

import sqlalchemy as sa

from app.models import studio_account
from tests.api.batching import begin, wait_until_done
from tests.api.calling import (
    CELLS,
    EXTERNAL,
    INES_ONLY,
    SPARE,
    Api,
    check_problem,
    faults,
    make_api,
)
from tests.world import World


def test_a_cartridge_has_the_embeds_of_its_course_as_they_were_made(world: World, api: Api):
    made = [api.embed(3001, media_id).json() for media_id in (INES_ONLY, CELLS)]
    made.append(api.embed(3001, CELLS, embed_type="bare_embed", downloadable=True).json())
    api.embed(3002)
    answer = api.get("/courses/3001/cartridge")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/vnd.ims.imsccv1p3"
    assert answer.headers["Content-Disposition"] == "attachment; filename=course-3001.imscc"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        manifest = archive.read(names[0]).decode()
        link = archive.read(names[-1]).decode()
    assert names == ["imsmanifest.xml", *(f"links/{one['id']}.xml" for one in made)]
    titles = re.findall("<title>(.*)</title>", manifest)
    assert titles == ["Videos", *(one["title"] for one in made)]
    custom = dict(re.findall('<lticm:property name="(.*)">(.*)</lticm:property>', link))
    assert custom | made[-1]["content_item"]["custom"] == custom
    assert made[-1]["content_item"]["url"] in link


def test_a_cartridge_is_as_its_plan_says_though_an_embed_was_there_and_is_anew(
    world: World, api: Api
):
    there = api.embed(3005, CELLS).json()
    api.embed(3005, SPARE)
    plan = [
        {"media_id": INES_ONLY, "title": "Begin here", "more": {"module": "Week 1"}},
        {"media_id": CELLS, "title": "Cells", "start_at": 90, "more": {"module": "Week 1"}},
        {"media_id": CELLS, "title": "Cells once more", "more": {"module": "Week 3"}},
    ]
    wait_until_done(api, begin(api, [{"course_id": 3005, **wish} for wish in plan]))
    for is_anew in (False, True):
        if is_anew:
            assert api.call("DELETE", f"/embeds/{there['id']}").status_code == 204
            assert api.embed(3005, CELLS).status_code == 201
        with zipfile.ZipFile(BytesIO(api.get("/courses/3005/cartridge").content)) as archive:
            manifest = archive.read("imsmanifest.xml").decode()
            links = [archive.read(name).decode() for name in archive.namelist()[1:]]
        titles = re.findall("<title>(.*)</title>", manifest)
        assert titles[:3] == ["Week 1", "Begin here", "Cells"]
        assert titles[3:-1] == ["Week 3", "Cells once more", "Videos"]
        own = [re.findall("<blti:title>(.*)</blti:title>", link) for link in links]
        assert own == [["Begin here"], ["Cells"], ["Cells once more"], titles[-1:]]
        assert ["start_at" in link for link in links] == [False, True, False, False]


def test_the_same_embeds_give_the_same_file_and_another_one_another(world: World, api: Api):
    api.embed(3003)
    first = api.get("/courses/3003/cartridge").content
    assert api.get("/courses/3003/cartridge").content == first
    api.embed(3003, EXTERNAL)
    assert api.get("/courses/3003/cartridge").content != first


def test_a_course_without_embeds_has_no_cartridge(world: World, api: Api):
    answer = api.get("/courses/3009/cartridge")
    document = check_problem(world, answer, 404, "course-empty")
    assert document["detail"].startswith("Nothing is embedded in course 3009.")


def test_a_path_or_query_that_means_nothing_is_refused(world: World, api: Api):
    answer = api.get("/courses/0/cartridge")
    assert faults(check_problem(world, answer, 422, "fields-odd"))[0][0] == "course_id"
    answer = api.get("/courses/3001/cartridge", module="Week 1")
    assert faults(check_problem(world, answer, 422, "fields-odd")) == [("module", "is not known")]


def test_another_studio_account_has_cartridges_of_its_own(world: World, api: Api):
    api.embed(3004)
    with world.database.writing() as connection:
        connection.execute(sa.insert(studio_account).values(url="https://other.example"))
    other = make_api(world, studio="https://other.example")
    check_problem(world, other.get("/courses/3004/cartridge"), 404, "course-empty")
