"""What is read of /proc: counters that rise, whoever comes and goes."""

import os
import subprocess
import sys
from pathlib import Path

from jarvisd.host.consumption import Consumption, Risen

BURN = (
    "import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass\ninput()"
)


def test_the_counter_of_a_changing_set_never_falls() -> None:
    risen = Risen()
    with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE) as child:
        assert risen.update([child.pid]) == 0.0  # what it had used before is not counted
        used = 0.0
        while used < 0.05:
            used = risen.update([child.pid])
        child.communicate(b"\n")
    assert risen.update([]) == used
    assert risen.update([child.pid]) == used


def test_everything_of_this_machine_is_read() -> None:
    found = Consumption().read([os.getpid()])
    assert found.daemon_cpu_s > 0
    assert found.workers_cpu_s == 0.0
    assert found.cpu_pressure is None or 0 <= found.cpu_pressure <= 100


def test_the_models_server_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "pressure").mkdir()
    (tmp_path / "pressure" / "cpu").write_text("some avg10=12.50 avg60=0.00 avg300=0.00 total=1\n")
    for pid, name in ((str(os.getpid()), "llama-server"), ("2", "bash")):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "comm").write_text(f"{name}\n")
    consumption = Consumption(proc=tmp_path)
    found = consumption.read([])
    assert found.model_cpu_s == 0.0
    assert found.cpu_pressure == 12.5
    assert consumption._model_pids == [os.getpid()]


def test_nothing_to_read_is_unknown(tmp_path: Path) -> None:
    found = Consumption(proc=tmp_path).read([])
    assert (found.model_cpu_s, found.cpu_pressure) == (None, None)
