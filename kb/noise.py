"""Words that do not say which article is meant, beyond PostgreSQL's own stop words. Only in queries."""

from pathlib import Path

NOISE = frozenset((Path(__file__).parent / "noise_words.txt").read_text(encoding="utf-8").split())
