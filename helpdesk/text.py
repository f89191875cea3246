"""Words for full-text search: Chinese is cut into words before PostgreSQL indexes or searches it."""

from __future__ import annotations

import re

import rjieba

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")


def segmented(text: str) -> str:
    """`text` with spaces between Chinese words; everything else as it is.

    Long words are given with their parts as well, so that 黑屏问题 is found by 黑屏.
    """
    return _CHINESE.sub(lambda run: f" {' '.join(rjieba.cut_for_search(run.group()))} ", text)
