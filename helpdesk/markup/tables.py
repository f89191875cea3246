"""Tables whose rows have more cells than their head. CommonMark's own rule drops what is over; here it stays
in the last cell, with its line: mostly it is `a | b` in code, whose bar the writer did not escape."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit, getLine, table


def tables(markdown: MarkdownIt) -> None:
    """Teach `markdown` to keep every cell."""
    markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    first = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    tokens = state.tokens[first:]
    columns = sum(token.type == "th_open" for token in tokens)
    surplus: list[str] = []
    for index, token in enumerate(tokens):
        if token.type == "tr_open" and token.map:
            surplus = _cells(getLine(state, token.map[0]), more_than=columns)
        elif token.type == "tr_close" and surplus:
            # Before it: the last cell's content and its end.
            tokens[index - 2].content = " | ".join([tokens[index - 2].content, *surplus])
    return True


def _cells(line: str, *, more_than: int) -> list[str]:
    """The cells of a row after the first `more_than`."""
    if line.count("|") < more_than:
        return []
    cells = escapedSplit(line.strip())
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return [cell.strip() for cell in cells[more_than:]]
