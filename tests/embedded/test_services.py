"""PostgreSQL and Redis on one machine: started, stopped, killed, refused, and on paths of any length."""

import signal
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpdesk.embedded.data_folder import DataFolder
from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.leftovers import MARKER, end_leftovers, wait_for_the_end
from tests.embedded.conftest import Runner

pytestmark = pytest.mark.processes


def test_what_was_written_is_there_on_the_next_start(runner: Runner) -> None:
    assert "visits 1 1" in runner.visit()
    assert "visits 2 2" in runner.visit()


def test_nobody_else_may_enter_the_data_or_the_sockets(runner: Runner) -> None:
    runner.stay()

    for folder in (runner.data, runner.data / "postgres", runner.data / "redis", runner.data / "sockets"):
        assert stat.S_IMODE(folder.resolve().stat().st_mode) == 0o700, folder


def test_a_termination_stops_everything_and_leaves_nothing_behind(runner: Runner) -> None:
    supervisor = runner.stay()
    family = supervisor.children(recursive=True)
    assert {"postgres", "redis-server"} <= {process.name() for process in family}

    supervisor.send_signal(signal.SIGTERM)

    assert wait_for_the_end([supervisor, *family], seconds=60) == []
    assert not (runner.data / "sockets").exists()
    assert not (runner.data / "postgres/data/postmaster.pid").exists()


def test_the_services_end_when_the_supervisor_is_killed(runner: Runner) -> None:
    supervisor = runner.stay()
    family = supervisor.children(recursive=True)

    supervisor.kill()

    assert wait_for_the_end([supervisor, *family], seconds=60) == []
    assert "visits 2 2" in runner.visit()


def test_the_next_start_recovers_when_everything_was_killed(runner: Runner) -> None:
    supervisor = runner.stay()
    family = [*supervisor.children(recursive=True), supervisor]
    for process in family:
        process.kill()
    wait_for_the_end(family, seconds=60)
    assert (runner.data / "postgres/data/postmaster.pid").exists()

    assert "visits 2" in runner.visit()


def test_a_process_id_that_lives_again_as_another_process_does_not_stop_the_start(runner: Runner) -> None:
    """In a container ids start at 1 each time, and the id in postmaster.pid belongs to somebody new."""
    supervisor = runner.stay()
    family = [*supervisor.children(recursive=True), supervisor]
    pid_file = runner.data / "postgres/data/postmaster.pid"
    account = pid_file.stat().st_uid
    _pid, *rest = pid_file.read_text().splitlines()
    for process in family:
        process.kill()
    wait_for_the_end(family, seconds=60)
    somebody = subprocess.Popen(["sleep", "600"], user=account)
    try:
        pid_file.write_text("\n".join([str(somebody.pid), rest[0], str(int(rest[1]) - 3600), *rest[2:], ""]))

        assert "visits 2" in runner.visit()
        assert somebody.poll() is None
    finally:
        somebody.kill()
        somebody.wait()


def test_only_processes_of_the_same_data_folder_count_as_leftovers(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    (data / "redis").mkdir(parents=True)
    (other / "redis").mkdir(parents=True)
    marked = subprocess.Popen(["sleep", "600"], env={MARKER: str(data)})
    working = subprocess.Popen(["sleep", "600"], cwd=data / "redis")
    strangers = [
        subprocess.Popen(["sleep", "600"], env={MARKER: str(other)}),
        subprocess.Popen(["sleep", "600"], cwd=other / "redis"),
        subprocess.Popen(["sleep", "600"]),
    ]
    said: list[str] = []
    try:
        end_leftovers(data, said.append)

        assert marked.poll() is not None
        assert working.poll() is not None
        assert [process.poll() for process in strangers] == [None, None, None]
        assert said == ["Ending 2 processes that a killed run left behind ..."]
    finally:
        for process in strangers:
            process.kill()
            process.wait()


def test_a_second_start_on_the_same_data_says_what_to_do(runner: Runner) -> None:
    runner.stay()

    second = runner.attempt()

    assert second.returncode == 1
    assert second.stderr == (
        f"Another run uses the data folder {runner.data}: stop that one, "
        "or choose another folder with DATA_DIR and another PORT.\n"
    )


@pytest.mark.parametrize("name", ["a, b & 'c' %41 ü #", "a-folder-with-a-long-name/" * 60])
def test_the_data_may_have_any_name_of_any_length(runner: Runner, tmp_path: Path, name: str) -> None:
    """A socket's path ends at 107 bytes and PostgreSQL's paths at 1,023; commas separate their lists of
    paths.
    """
    runner.data = tmp_path / name
    runner.environment["DATA_DIR"] = str(runner.data)

    runner.stay()
    outside = (runner.data / "sockets").resolve()
    assert len(str(outside)) < 100
    assert stat.S_IMODE(outside.stat().st_mode) == 0o700
    runner.end()

    assert "visits 2" in runner.visit()
    assert not outside.exists(), "the folder of the killed run is removed by the next"


def test_a_folder_that_cannot_be_made_is_one_sentence(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    runner.environment["DATA_DIR"] = str(tmp_path / "file" / "data")

    refused = runner.attempt()

    assert refused.returncode == 1
    assert refused.stderr == (
        f"The data folder {tmp_path}/file/data cannot be written (Not a directory): "
        "mend that, or choose another folder with DATA_DIR.\n"
    )


def test_a_disk_that_is_full_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=20 * 1024**2))

    with pytest.raises(CannotStart) as refused, DataFolder(tmp_path / "data"):
        pass

    assert str(refused.value) == (
        f"The disk of {tmp_path}/data has 20 MB left, 250 MB are needed: "
        "free some space, or choose a folder on another disk with DATA_DIR."
    )
