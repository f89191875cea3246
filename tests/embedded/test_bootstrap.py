"""`script/bootstrap` on machines that lack something. A stand-in plays Python: nothing is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# What a Debian without Python has.
TOOLS = [
    "awk",
    "bash",
    "cat",
    "cp",
    "dirname",
    "env",
    "flock",
    "grep",
    "id",
    "mkdir",
    "mv",
    "rm",
    "sha256sum",
    "tail",
    "tee",
]

# Answers the questions that script/bootstrap asks of a Python, and writes down what it was told to do.
PYTHON = """#!/bin/bash
echo "$*" >> "$CALLS"
case "$*" in
  *"(3, 11) <="*) [ "$VERSION" != 3.9 ] ;;
  *"import ensurepip"*) [ -z "${NO_VENV:-}" ] ;;
  *"%d.%d"*) echo "$VERSION" ;;
  *sys.executable*) echo "$0" ;;
  --version) echo "Python $VERSION" ;;
  "-m venv"*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *"-m pip install"*) [ -z "${NO_NETWORK:-}" ] || { echo "ERROR: no such host"; exit 1; } ;;
esac
"""


class Checkout:
    """A checkout with script/bootstrap and two locks, on a machine with nothing but the tools above."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.calls = folder / "calls"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        (self.folder / "script").mkdir(parents=True)
        shutil.copy(PROJECT / "script/bootstrap", self.folder / "script")
        (self.folder / "requirements.lock").write_text("a==1 \\\n    --hash=sha256:00\n")
        (self.folder / "requirements-dev.lock").write_text("b==1 \\\n    --hash=sha256:00\n")

    def install_python(self) -> None:
        self.add("python3", PYTHON)

    def add(self, name: str, script: str) -> None:
        """Put a command on the PATH, in place of the real one if there is one."""
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def bootstrap(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        self.calls.write_text("")
        return subprocess.run(
            [self.folder / "script/bootstrap", *arguments],
            env={"PATH": str(self.bin), "CALLS": str(self.calls), "VERSION": "3.11", **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    @property
    def installs(self) -> int:
        """How often pip was called in the last run."""
        return self.calls.read_text().count("-m pip install")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_machine_without_python_is_one_sentence(checkout: Checkout) -> None:
    refused = checkout.bootstrap()

    assert refused.returncode == 1
    assert refused.stderr == (
        "Python 3.11, 3.12 or 3.13 is needed and no python3 was found: "
        "install one of them, or name it with PYTHON=/path/to/python3.\n"
    )


def test_a_python_that_is_too_old_is_one_sentence(checkout: Checkout) -> None:
    checkout.install_python()

    refused = checkout.bootstrap(VERSION="3.9")

    assert refused.returncode == 1
    assert refused.stderr.startswith("Python 3.11, 3.12 or 3.13 is needed and Python 3.9 was found: ")
    assert refused.stderr.count("\n") == 1


def test_a_python_without_venv_is_one_sentence(checkout: Checkout) -> None:
    checkout.install_python()
    checkout.add("apt-get", "#!/bin/bash\nexit 1\n")
    checkout.add("id", "#!/bin/bash\necho 1000\n")

    refused = checkout.bootstrap(NO_VENV="1")

    assert refused.returncode == 1
    assert refused.stderr.endswith('run "sudo apt-get install python3.11-venv", then this command again.\n')


def test_the_second_run_installs_nothing(checkout: Checkout) -> None:
    checkout.install_python()

    assert checkout.bootstrap().returncode == 0
    assert checkout.installs == 1
    again = checkout.bootstrap()

    assert (again.returncode, again.stderr, checkout.calls.read_text()) == (0, "", "")


def test_another_lock_installs_again_and_dev_stays_installed(checkout: Checkout) -> None:
    checkout.install_python()
    checkout.bootstrap("--dev")
    checkout.bootstrap()
    assert checkout.installs == 0, "what tests need includes what running needs"

    (checkout.folder / "requirements.lock").write_text("a==2 \\\n    --hash=sha256:00\n")
    checkout.bootstrap()

    assert checkout.installs == 1
    assert "venv" not in checkout.calls.read_text().replace(".venv", "")


def test_only_wheels_with_known_hashes_are_installed(checkout: Checkout) -> None:
    checkout.install_python()
    checkout.bootstrap()

    [install] = [line for line in checkout.calls.read_text().splitlines() if "pip install" in line]
    assert {"--require-hashes", "--no-deps", "--only-binary", ":all:"} <= set(install.split())
    assert "://" not in install


def test_an_interrupted_installation_starts_afresh(checkout: Checkout) -> None:
    checkout.install_python()
    failed = checkout.bootstrap(NO_NETWORK="1")
    assert failed.returncode == 1
    assert "ERROR: no such host" in failed.stderr
    assert failed.stderr.endswith("Run this command again after mending it.\n")
    (checkout.folder / ".venv/half a package").write_text("")

    mended = checkout.bootstrap()

    assert mended.returncode == 0
    assert not (checkout.folder / ".venv/half a package").exists()


def test_somebody_elses_environment_is_used_as_it_is(checkout: Checkout, tmp_path: Path) -> None:
    checkout.install_python()
    (tmp_path / "theirs").mkdir()
    (checkout.folder / ".venv").symlink_to(tmp_path / "theirs")

    result = checkout.bootstrap()

    assert (result.returncode, checkout.calls.read_text()) == (0, "")
    assert list((tmp_path / "theirs").iterdir()) == []
