"""Look at a file: a log by its lines, an archive by its contents. The page is the same wherever the file
hangs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from files import archives, looking
from files.lines import marks_of
from files.models import StoredFile
from files.views.serving import opened

SHOWN = ("", "errors", "warnings")


@dataclass(frozen=True)
class Asked:
    """What of a log: from which line on, what is searched, errors or warnings only."""

    line: int = 1
    text: str = ""
    only: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Asked:
        line = query.get("line", "")
        only = query.get("only", "")
        return cls(
            line=int(line) if line.isdecimal() and len(line) < 12 else 1,
            text=query.get("q", "").replace("\0", "")[:200],
            only=only if only in SHOWN else "",
        )


def look(request: HttpRequest, stored: StoredFile, *, back: str, title: str) -> HttpResponse:
    """The page of a log or an archive; 404 for any other file, which is only a download."""
    context: dict[str, Any] = {"file": stored, "back": back, "back_title": title}
    if stored.is_archive:
        with opened(stored.file) as file:
            context["listing"] = archives.listing(file, stored.content_type)
        return render(request, "files/archive.html", context)
    if not stored.is_text:
        raise Http404
    return render(request, "files/log.html", {**context, **_log(stored, Asked.read(request.GET))})


def _log(stored: StoredFile, asked: Asked) -> dict[str, Any]:
    with opened(stored.file) as opened_file:
        file: Any = opened_file
        marks = stored.lines or _marked(stored, file)
        if asked.text or asked.only:
            found, has_more = (
                looking.search(file, asked.text) if asked.text else looking.problems(file, asked.only)
            )
            return {"asked": asked, "found": found, "has_more": has_more, "count": marks["count"]}
        # A line asked for stands a little below the top, so that one sees what led to it.
        first = asked.line - 10 if asked.line > 10 else 1
        window = looking.window(file, marks, first=first)
        return {
            "asked": asked,
            "window": window,
            "count": marks["count"],
            "next_problem": looking.next_problem(file, marks, max(asked.line, 1)),
            "last_page": max(1, marks["count"] - looking.LINES_OF_A_PAGE + 1),
        }


def _marked(stored: StoredFile, file: Any) -> dict[str, Any]:
    """Of a file that was stored before lines were counted."""
    marks = marks_of(file)
    type(stored)._default_manager.filter(pk=stored.pk).update(lines=marks)
    return marks
