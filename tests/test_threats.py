"""tests/threats.md names only tests that exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parent


def test_every_test_that_the_list_of_threats_names_exists():
    named = re.findall(r"(tests/[\w/]+\.py)::(test_\w+)", (TESTS / "threats.md").read_text())
    assert len(named) > 30
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (TESTS.parent / file).is_file() or f"def {test}(" not in (TESTS.parent / file).read_text()
    ]
    assert missing == []
