"""The load of one person over a period as a drawing, in percent of the width, like `sla.drawing`."""

from __future__ import annotations

from dataclasses import dataclass

from routing.simulating import BUCKETS, Share, Simulation

HEIGHT = 34  # pixels


@dataclass(frozen=True)
class Bar:
    x: str
    width: str
    y: float
    height: float


@dataclass(frozen=True)
class Drawing:
    """`bars` are what would have been held, `real` what was; `limit` is where the capacity lies."""

    bars: list[Bar]
    real: list[Bar]
    limit: float | None


@dataclass(frozen=True)
class Row:
    share: Share
    drawing: Drawing


def draw(simulation: Simulation) -> list[Row]:
    """All the people on one scale, so that their heights can be compared; who got most comes first."""
    shares = sorted(simulation.shares, key=lambda one: (-one.got, -one.really_got, one.person.name))
    highest = max((max(one.peak, one.really_peak) for one in shares), default=0) or 1
    return [Row(share, _drawing(share, highest)) for share in shares]


def _drawing(share: Share, highest: int) -> Drawing:
    capacity = share.person.capacity
    limit = HEIGHT * (1 - capacity / highest) if capacity and capacity <= highest else None
    return Drawing(
        [_bar(bucket, load, highest) for bucket, load in enumerate(share.loads) if load],
        [_mark(bucket, load, highest) for bucket, load in enumerate(share.real_loads) if load],
        limit,
    )


def _bar(bucket: int, load: int, highest: int) -> Bar:
    height = HEIGHT * load / highest
    return Bar(_percent(bucket), f"{100 / BUCKETS:.3f}%", round(HEIGHT - height, 2), round(height, 2))


def _mark(bucket: int, load: int, highest: int) -> Bar:
    """A stroke where the real load was."""
    return Bar(_percent(bucket), f"{100 / BUCKETS:.3f}%", round(HEIGHT - HEIGHT * load / highest - 1, 2), 2)


def _percent(bucket: int) -> str:
    """Never in a locale's own digits: it is an attribute of the drawing."""
    return f"{100 * bucket / BUCKETS:.3f}%"
