"""Macros as a desk has after a month: what is written again and again."""

from __future__ import annotations

from accounts.models import Tier
from demo.people import Cast
from macros import actions
from macros.models import Macro
from macros.steps import Do, Step

SHARED: list[tuple[str, list[Step]]] = [
    (
        "Ask for the SDK log",
        [
            Step(Do.TAKE),
            Step(
                Do.ASK,
                text="Hello {{requester}},\n\n"
                "please send us the SDK log of one failing session and the room id. "
                "The article “How to collect the SDK log” shows where it lies on each platform. "
                "With both we can follow the session on our servers.",
            ),
        ],
    ),
    (
        "请对方提供 SDK 日志",
        [
            Step(Do.TAKE),
            Step(
                Do.ASK,
                text="{{requester}}，您好：\n\n请提供一次出问题的会话的 SDK 日志和房间号。"
                "文档《如何收集 SDK 日志》说明了各平台日志的位置。有了这两项，我们就能在服务端还原这次会话。",
            ),
        ],
    ),
    (
        "Fixed in a release, resolve",
        [
            Step(
                Do.RESOLVE,
                text="Hello {{requester}},\n\n"
                "the cause is fixed in the current release. Please update and tell us "
                "if {{number}} shows up again: this ticket then goes on where it stopped.",
            )
        ],
    ),
    (
        "To L2 with everything they need",
        [
            Step(
                Do.NOTE,
                text="For L2\n\n- Reproduced in the sample app: \n- Log and room id: \n"
                "- Last version that worked: ",
            ),
            Step(
                Do.HAND_OVER, tier=Tier.L2, text="Needs the source: log, room id and steps are in the note."
            ),
        ],
    ),
]


def write(cast: Cast) -> None:
    """Shared by the manager, so that everybody on the desk has them."""
    manager = next(person for person in cast.people.values() if person.is_manager)
    for name, steps in SHARED:
        actions.save(None, by=manager, name=name, share=Macro.Share.EVERYBODY, tier="", steps=steps)
