"""Names of downloaded files: a title may be anything, and its file stays in its folder."""

from pathlib import Path

import pytest

from app.core.file_names import make_file_name
from app.studio.ranges import RemoteFile

MEDIA = 260854


def remote(
    mime_type: str = "video/mp4", name: str | None = None, url: str = "https://files.example/f/1"
) -> RemoteFile:
    return RemoteFile(url, 10, '"v"', mime_type, name)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Mitosis in Six Minutes", "Mitosis in Six Minutes.mp4"),
        ("Week 3 – Photosynthèse 物理 🎬", "Week 3 – Photosynthèse 物理 🎬.mp4"),
        ("intro.mp4", "intro.mp4"),
        ("version 1.2", "version 1.2.mp4"),
        ("  two\n\tlines\x00 ", "two lines.mp4"),
        (None, "Media 260854.mp4"),
        ("", "Media 260854.mp4"),
        ("...", "Media 260854.mp4"),
        (".mp4", "mp4.mp4"),
        ("-", "Media 260854.mp4"),
        ("../../etc/passwd", "_.._etc_passwd.mp4"),
        ("/etc/passwd", "_etc_passwd.mp4"),
        ("..\\..\\windows", "_.._windows.mp4"),
        (".bashrc", "bashrc.mp4"),
        ("-rf .", "rf.mp4"),
        ("~root", "root.mp4"),
        ('a:b*c?d"e<f>g|h', "a_b_c_d_e_f_g_h.mp4"),
        ("CON", "CON_.mp4"),
        ("nul", "nul_.mp4"),
        ("trailing. . .", "trailing.mp4"),
        ("photo\u202egpj.exe", "photogpj.exe.mp4"),
    ],
)
def test_a_file_is_named_by_the_title_without_what_has_a_meaning(title: str | None, expected: str):
    assert make_file_name(title, MEDIA, remote()) == expected


@pytest.mark.parametrize(
    "title", ["x" * 300, "ü" * 300, "物" * 300, "🎬" * 300, ("." * 254) + "/x"]
)
def test_a_long_title_is_cut_to_what_every_file_system_takes_with_room_for_the_part(title: str):
    name = make_file_name(title, MEDIA, remote())
    assert name.endswith(".mp4")
    assert len(f"{name}.part.json".encode()) <= 255
    assert Path(name).name == name


@pytest.mark.parametrize(
    ("file", "ending"),
    [
        (remote("video/webm"), ".webm"),
        (remote("audio/mpeg"), ".mp3"),
        (remote("video/quicktime", "x.mp4"), ".mov"),
        (remote("application/octet-stream", "Lecture.M4V"), ".m4v"),
        (remote("", None, "https://files.example/a%2Fb.webm?signature=x.mp4"), ".webm"),
        (remote("", "evil.exe", "https://files.example/evil.sh"), ".bin"),
        (remote("", "../../x.mp4/", "https://files.example/"), ".mp4"),
        (remote("", None), ".bin"),
    ],
)
def test_the_ending_is_that_of_the_type_or_else_of_a_name_and_never_a_programs(
    file: RemoteFile, ending: str
):
    assert make_file_name("Lecture", MEDIA, file) == f"Lecture{ending}"
