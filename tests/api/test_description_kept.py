"""The API keeps what its description says: schemathesis asks it all that this allows, and more.

It runs as its own process, with one seed, so that it asks the same each time.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.calling import Api
from tests.world import ROOT, World, bare_environment

SECONDS = 180
"""Far more than it takes: some twenty on a machine that does nothing else."""
RUN = "run --seed 1 --max-examples 10 --no-color --suppress-health-check all"
PHASES = "--phases examples,coverage,fuzzing"
"""Not the one of chains that it guesses from names: they differ with the numbers that are there."""
CHECKS = "--checks all --exclude-checks positive_data_acceptance"
"""All, with the one of `leaving_out.py` in the place of that one."""


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_schemathesis_finds_nothing(world: World, api: Api, tmp_path: Path):
    command = [sys.executable, "-m", "schemathesis.cli", *f"{RUN} {PHASES} {CHECKS}".split()]
    command += ["--url", world.url, "--header", f"Authorization: Bearer {api.key}"]
    done = subprocess.run(
        [*command, f"{world.url}/api/v1/openapi.json"],
        cwd=tmp_path,
        env=bare_environment(PYTHONPATH=str(ROOT), SCHEMATHESIS_HOOKS="tests.api.leaving_out"),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: 24" in done.stdout, done.stdout
