"""What docker-compose.yml and the Dockerfile promise about safety, read from the files themselves."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = (PROJECT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_without_rights_on_a_file_system_it_cannot_write(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all("noexec" in mount for mount in service["tmpfs"])
    assert "build" in service or re.fullmatch(r"[1-9]\d*:\d+", service["user"])


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_a_service_that_stays_says_how_it_is(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_nothing_secret_has_a_default() -> None:
    variables = set(re.findall(r"(?<!\$)\$\{(\w+)(.)", COMPOSE))

    assert {name for name, follows in variables if follows != ":"} == set()
    with_default = set(re.findall(r"(?<!\$)\$\{(\w+):-", COMPOSE))
    assert with_default == {"LISTEN"}
    for name, separator, value in re.findall(r"^(\w+)(=)(.*)$", (PROJECT / ".env.example").read_text(), re.M):
        assert value == "" or name == "LISTEN", f"{name}{separator}{value}"


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE))
    offered = set(re.findall(r"^(\w+)=", (PROJECT / ".env.example").read_text(), re.M))

    assert wanted == offered


def test_the_database_and_the_broker_cannot_be_reached_from_outside() -> None:
    assert yaml.safe_load(COMPOSE)["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]
    assert SERVICES["web"]["ports"] == ["${LISTEN:-127.0.0.1:8000}:8000"]


def test_the_image_runs_as_an_account_that_owns_nothing() -> None:
    last_stage = (PROJECT / "Dockerfile").read_text().rpartition("\nFROM ")[2]

    assert re.search(r"^USER [1-9]\d{3,}:[1-9]\d{3,}$", last_stage, re.M)
    assert "chown" not in last_stage.partition("COPY")[2], (
        "the program belongs to root and cannot change itself"
    )
