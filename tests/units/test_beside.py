"""The worker beside gunicorn's own: a stop as soon as it was started, and a start in vain."""

import subprocess
import sys

from tests.world import ROOT, bare_environment

MASTER = """
import os, resource, signal, sys, time
from types import SimpleNamespace
from app.beside import Beside

signals = [signal.SIGTERM, signal.SIGQUIT]
for number in signals:
    signal.signal(number, lambda *_: None)  # as the master's handlers, which only note it
if os.geteuid() == 0:
    os.setuid(65534)  # limits do not hold root
ids = SimpleNamespace(uid=os.geteuid(), gid=os.getegid(), initgroups=False)
server = SimpleNamespace(SIGNALS=signals, LISTENERS=[], cfg=ids, proc_name="test")
beside = Beside(server, signal.pause)
"""
STOP_AT_ONCE = """
beside.look()
beside.begin_stop(20)
began = time.monotonic()
beside.stop()
sys.exit(time.monotonic() - began > 10)
"""
START_IN_VAIN = """
def list_open():
    return os.listdir("/proc/self/fd")

before, (_, most) = list_open(), resource.getrlimit(resource.RLIMIT_NPROC)
resource.setrlimit(resource.RLIMIT_NPROC, (0, most))
beside.look()
assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set(), "signals stay blocked"
assert list_open() == before, "the pipe stays open"
resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
while list_open() == before:
    beside.look()
beside.begin_stop(20)
beside.stop()
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Be a master that does what the script says."""
    return subprocess.run(
        [sys.executable, "-c", MASTER + script],
        cwd=ROOT,
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_stop_right_after_the_start_is_not_lost():
    assert run(STOP_AT_ONCE).returncode == 0


def test_a_system_that_starts_no_process_now_is_asked_again_and_the_master_lives():
    done = run(START_IN_VAIN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("worker-not-started") == 1
    assert "worker-ended" not in done.stdout
