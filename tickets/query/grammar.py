"""From what was typed to terms. Every string can be read; see grammar.lark."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer

from tickets.query.terms import Filter, Measure, Term, Text

# PostgreSQL takes no NUL in a text; the rest is invisible: two queries that look the same would differ.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")
_SIGNS = {"＜": "<", "＞": ">", "≤": "<=", "≥": ">="}


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a query in their order. Quotation marks around nothing are no term."""
    terms: list[Term | None] = _Terms().transform(_parser().parse(_CONTROL.sub("", text))).children
    return tuple(term for term in terms if term is not None)


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True)


class _Terms(Transformer[Token, Any]):
    def term(self, children: list[Any]) -> Term | None:
        minus, said = children
        negated = minus is not None
        if isinstance(said, Filter):
            return Filter(said.key, said.values, negated)
        if isinstance(said, Measure):
            return Measure(said.key, said.sign, said.amount, negated)
        if said.type == "PHRASE":
            text = _unquoted(said)
            return Text(text, is_phrase=True, is_negated=negated) if text.strip() else None
        return Text(str(said), is_negated=negated)

    def labelled(self, children: list[Token]) -> Filter:
        values = (_said(one) for one in children[2:] if one.type != "COMMA")
        return Filter(children[0].lower(), tuple(dict.fromkeys(one for one in values if one)))

    def measured(self, children: list[Token | None]) -> Measure:
        key, sign, amount = children
        assert key is not None and sign is not None
        sign_ = "".join(_SIGNS.get(one, one) for one in sign)
        return Measure(key.lower(), sign_, _said(amount) if amount else "")


def _said(token: Token) -> str:
    return _unquoted(token) if token.type == "PHRASE" else str(token)


def _unquoted(token: Token) -> str:
    if token.startswith("“"):
        return token.removeprefix("“").removesuffix("”").strip()
    inner = token[1:]
    # The closing mark is the one that no backslash stands before.
    if re.fullmatch(r'(?:\\.|[^"\\])*"', inner, re.DOTALL):
        inner = inner[:-1]
    return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL).strip()
