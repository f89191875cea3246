"""How bad it is: what the reporter answers, and the priority that follows by a table that is data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from intake.definition import Condition, Field, Kind, Need, Operator, Option, Test, Words

PRIORITIES = ("P1", "P2", "P3", "P4")


# What a card says below its name.
EXAMPLES = {
    "everything": gettext_lazy("The service cannot be used"),
    "main": gettext_lazy("Such as no sound, no picture, joining fails"),
    "minor": gettext_lazy("There is a way around it, or it is rare"),
    "nothing": gettext_lazy("Nothing is broken"),
}

_IS_BROKEN = Condition(tests=(Test("affected", Operator.IS_ONE_OF, ("everything", "main", "minor")),))


def _options(choices: Mapping[str, tuple[str, str]]) -> tuple[Option, ...]:
    return tuple(Option(value, Words(*label)) for value, label in choices.items())


# The same questions in the words of a definition: they are read, shown and answered like any other field.
FIELDS = (
    Field(
        "affected",
        Kind.CHOICE,
        Words("What is affected", "影响范围"),
        need=Need.REQUIRED,
        why=Words("The promise depends on it.", "承诺的时限由它决定。"),
        options=_options(
            {
                "everything": ("Nothing works", "全部不可用"),
                "main": ("A main function is broken", "主要功能受损"),
                "minor": ("Something is off", "局部异常"),
                "nothing": ("A question or a wish", "咨询或建议"),
            }
        ),
    ),
    Field(
        "extent",
        Kind.CHOICE,
        Words("Who is affected", "受影响的用户"),
        need=Need.REQUIRED,
        why=Words("The promise depends on it.", "承诺的时限由它决定。"),
        options=_options(
            {
                "all": ("All users", "全部用户"),
                "some": ("Some users", "部分用户"),
                "one": ("One user", "单个用户"),
            }
        ),
        shown_if=_IS_BROKEN,
    ),
    Field(
        "environment",
        Kind.CHOICE,
        Words("Environment", "环境"),
        need=Need.REQUIRED,
        why=Words("What users meet comes first.", "影响线上用户的问题优先处理。"),
        options=_options(
            {"production": ("In production", "线上生产环境"), "test": ("In testing", "测试环境")}
        ),
        shown_if=_IS_BROKEN,
    ),
    Field(
        "since",
        Kind.MOMENT,
        Words("Since when", "开始时间"),
        need=Need.RECOMMENDED,
        why=Words(
            "We compare it with releases and incidents on our side.",
            "便于与我们的发布和故障记录对照。",
        ),
        shown_if=_IS_BROKEN,
    ),
)
BY_KEY = {field.key: field for field in FIELDS}

# Rows of the table, as they are shown in the settings: what is affected, and where.
ROWS: tuple[tuple[str, str], ...] = (
    ("everything", "production"),
    ("everything", "test"),
    ("main", "production"),
    ("main", "test"),
    ("minor", "production"),
    ("minor", "test"),
)


def cell(affected: str, environment: str, extent: str) -> str:
    return f"{affected}/{environment}/{extent}"


# As the promise is printed: P1 nobody can use it, P2 a main function, P3 something minor, P4 questions.
STANDARD: dict[str, Any] = {
    "table": {
        cell(affected, environment, extent): priority
        for (affected, environment), row in zip(
            ROWS,
            (
                ("P1", "P2", "P3"),
                ("P3", "P3", "P3"),
                ("P2", "P2", "P3"),
                ("P3", "P3", "P4"),
                ("P3", "P3", "P4"),
                ("P4", "P4", "P4"),
            ),
            strict=True,
        )
        for extent, priority in zip(("all", "some", "one"), row, strict=True)
    },
    "question": "P4",
    "raise_by": 1,
}


@dataclass(frozen=True)
class Rules:
    """The table: a priority for each of its cells, one for questions, and how far a reporter may raise it."""

    table: Mapping[str, str]
    question: str = "P4"
    raise_by: int = 1

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Rules:
        return cls(
            table={**STANDARD["table"], **data.get("table", {})},
            question=data.get("question", "P4"),
            raise_by=int(data.get("raise_by", 1)),
        )

    def proposed(self, answers: Mapping[str, Any]) -> str:
        """The priority that follows; empty while the answers do not decide it."""
        affected = answers.get("affected")
        if affected == "nothing":
            return self.question
        return self.table.get(
            cell(str(affected), str(answers.get("environment")), str(answers.get("extent"))), ""
        )

    def may_choose(self, proposed: str, chosen: str) -> bool:
        """Lower is always possible; higher by `raise_by` steps."""
        if not proposed:
            return True
        return PRIORITIES.index(chosen) >= PRIORITIES.index(proposed) - self.raise_by

    def highest(self, proposed: str) -> str:
        """The most urgent priority that a reporter may choose where this one is proposed."""
        return PRIORITIES[max(0, PRIORITIES.index(proposed) - self.raise_by)]


def because(answers: Mapping[str, Any]) -> str:
    """The answers that decided, in words: "A main function is broken · Some users · In production"."""
    said = []
    for key in ("affected", "extent", "environment"):
        option = next((one for one in BY_KEY[key].options if one.value == answers.get(key)), None)
        if option:
            said.append(str(option.label))
    return " · ".join(said)
