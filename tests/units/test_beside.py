"""The worker beside gunicorn's own: a stop that comes as soon as it was started."""

import subprocess
import sys

from tests.world import ROOT, bare_environment

MASTER = """
import os, signal, sys, time
from types import SimpleNamespace
from app.beside import Beside

signals = [signal.SIGTERM, signal.SIGQUIT]
for number in signals:
    signal.signal(number, lambda *_: None)  # as the master's handlers, which only note it
ids = SimpleNamespace(uid=os.geteuid(), gid=os.getegid(), initgroups=False)
server = SimpleNamespace(SIGNALS=signals, LISTENERS=[], cfg=ids, proc_name="test")
beside = Beside(server, signal.pause)
beside.look()
beside.begin_stop(20)
began = time.monotonic()
beside.stop()
sys.exit(time.monotonic() - began > 10)
"""


def test_a_stop_right_after_the_start_is_not_lost():
    command = [sys.executable, "-c", MASTER]
    done = subprocess.run(command, cwd=ROOT, env=bare_environment(), timeout=60, check=False)
    assert done.returncode == 0
