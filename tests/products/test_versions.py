import pytest

from products import versions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.3.2", "4.3.2"),
        ("v4.3.2", "4.3.2"),
        (" SDK V4.3.2 (build 117)", "4.3.2"),
        ("4.3.2-rc1", "4.3.2rc1"),
        ("4.3.2_beta.2", "4.3.2b2"),
        ("6.4.0.1234", "6.4.0.1234"),
        ("latest", None),
        ("", None),
        ("\0", None),
        ("9" * 500, None),
    ],
)
def test_what_people_type_is_read(text, expected):
    assert (str(versions.parse(text)) if versions.parse(text) else None) == expected


@pytest.mark.parametrize(
    ("version", "first", "last", "inside"),
    [
        ("4.3.10", "4.3.9", "", True),
        ("4.3.9", "4.3.10", "", False),
        ("4.3.2", "4.1", "4.3", True),
        ("4.4", "4.1", "4.3", False),
        ("4.3.0-rc1", "4.3.0", "4.3.9", True),
        ("4.2.9", "", "4.3", True),
        ("5", "4", "", True),
        ("4.3.2", "", "", True),
        ("main", "4.1", "4.3", None),
    ],
)
def test_a_range_holds_its_ends_and_all_that_a_short_end_begins(version, first, last, inside):
    assert versions.within(version, first=first, last=last) is inside


def test_a_fix_reaches_those_who_have_it():
    assert versions.reaches("4.3.4", "4.3.4") is True
    assert versions.reaches("4.3.3", "4.3.4") is False
    assert versions.reaches("4.3.4-rc1", "4.3.4") is False
    assert versions.reaches("?", "4.3.4") is None
