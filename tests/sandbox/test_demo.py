"""The demo tells the service all that a launch mode needs, and refuses modes that are none."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.installation import LaunchMode, launch_mode_settings, told_to_shells
from sandbox.studio import StudioSettings
from tests.world import ROOT, bare_environment

STUDIO = StudioSettings(url="http://127.0.0.2:9")
SETTINGS: dict[LaunchMode, dict[str, str]] = {
    "canvas": {"STUDIO_LAUNCH_MODE": "canvas"},
    "lti11": {
        "STUDIO_LAUNCH_MODE": "lti11",
        "STUDIO_LTI_KEY": "sandbox-consumer",
        "STUDIO_LTI_SECRET": "sandbox-consumer-secret",
    },
    "lti13": {
        "STUDIO_LAUNCH_MODE": "lti13",
        "STUDIO_LTI_CLIENT_ID": "sandbox-studio",
        "STUDIO_LTI_DEPLOYMENT_ID": "sandbox-studio-1",
        "STUDIO_LTI_LOGIN_URL": "http://127.0.0.2:9/lti13/login",
        "STUDIO_LTI_REDIRECT_URIS": "http://127.0.0.2:9/lti13/launch",
    },
}


@pytest.mark.parametrize("mode", SETTINGS)
def test_a_launch_mode_is_told_whole(mode: LaunchMode) -> None:
    assert launch_mode_settings(mode, STUDIO) == SETTINGS[mode]


@pytest.mark.parametrize("mode", ["", "LTI13", "native"])
def test_another_launch_mode_stops_the_demo_with_a_line(mode: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.demo"],
        cwd=ROOT,
        env=bare_environment(DEMO_LAUNCH_MODE=mode),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    line = f"DEMO_LAUNCH_MODE: {mode!r} is none of canvas, lti11, lti13.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)


def test_the_small_studio_reads_its_platform_from_the_environment() -> None:
    settings = StudioSettings.from_environment(
        {
            "SANDBOX_STUDIO_URL": "http://127.0.0.2:9",
            "SANDBOX_STUDIO_PLATFORM_ISSUER": "http://localhost:9",
            "SANDBOX_STUDIO_LTI_CLIENT_ID": "c",
            "SANDBOX_STUDIO_LTI_DEPLOYMENT_ID": "d",
        }
    )
    told = (settings.platform_issuer, settings.lti_client_id, settings.lti_deployment_id)
    assert told == ("http://localhost:9", "c", "d")


def test_a_shell_learns_the_settings_of_the_service_while_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "demo.sh"
    with told_to_shells({"PATH": "/nowhere", "SECRET_KEY": "it's; a $secret"}, file):
        assert file.stat().st_mode & 0o777 == 0o600
        script = f'. {file}; printf "%s|%s" "$PATH" "$(printenv SECRET_KEY)"'
        environment = bare_environment(PATH="/usr/bin:/bin")
        done = subprocess.run(
            ["/bin/sh", "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"{ROOT / '.venv' / 'bin'}:/usr/bin:/bin|it's; a $secret"
    assert not file.exists()
