"""The checklists of a fresh desk."""

from __future__ import annotations

from accounts.models import Tier
from handover.definition import Item, Kind
from handover.models import Checklist
from intake.definition import Words

CHECKLISTS: dict[str, list[Item]] = {
    Tier.L1: [
        Item("found", Words("What is clear by now", "目前已经明确的情况"), is_required=True),
        Item("left", Words("What is left to do", "还需要做什么"), is_required=True),
    ],
    Tier.L2: [
        Item("sdk_version", Words("SDK version", "SDK 版本"), is_required=True, source="sdk_version"),
        Item("platform", Words("Platform", "平台"), source="platform"),
        Item("channel_id", Words("Channel or room id", "频道或房间 ID"), source="channel_id"),
        Item(
            "log",
            Words("A log of the failing session is attached", "已附上出错会话的日志"),
            Kind.TICK,
            source="log",
        ),
        Item("tried", Words("Steps tried, and what happened", "已尝试的步骤及结果"), is_required=True),
        Item("ruled_out", Words("What was ruled out", "已排除的原因")),
    ],
    Tier.TAM: [
        Item("impact", Words("What it costs the customer", "对客户造成的影响"), is_required=True),
        Item("promised", Words("What was promised to them, and until when", "已向客户承诺的事项和期限")),
        Item("wanted", Words("What the account manager is to do", "需要 TAM 做什么"), is_required=True),
        Item("told", Words("The customer knows who takes over", "客户已知晓由谁接手"), Kind.TICK),
    ],
}


def ensure() -> None:
    """Make them where there are none yet. What a manager changed or emptied stays as it is."""
    present = set(Checklist.objects.values_list("tier", flat=True))
    Checklist.objects.bulk_create(
        Checklist(tier=tier, number=1, items=[item.written() for item in items])
        for tier, items in CHECKLISTS.items()
        if tier not in present
    )
