"""Find furniture inside a paragraph: what scrapers that flatten a page leave in the middle of prose.  Cuts nothing."""

import re
from collections.abc import Iterator

from msgspec import Struct

from etl.rules.judge import Bench, Seated, in_scope
from etl.rules.match import regex_of
from etl.rules.view import View


class Cut(Struct, frozen=True, gc=False):
    """Characters `start` to `end` of a block's text that a rule would have out, with the spaces around them.

    `after` joins what is left: one space if there is text on both sides.
    """

    block: int
    start: int
    end: int
    after: str
    rule: str
    version: str
    kind: str


def cuts(view: View, bench: Bench) -> tuple[Cut, ...]:
    """Find what strip rules would cut, in reading order; where two overlap, the one that begins first is meant."""
    rules = in_scope(bench.stripping, view)
    found = [
        cut for at in range(len(view)) if at not in view.frame for seated in rules for cut in _cuts(view, at, seated)
    ]
    kept: list[Cut] = []
    for cut in sorted(found, key=lambda cut: (cut.block, cut.start, -cut.end)):
        if not kept or kept[-1].block != cut.block or kept[-1].end < cut.start:
            kept.append(cut)
    return tuple(kept)


def _cuts(view: View, at: int, seated: Seated) -> Iterator[Cut]:
    text, regex = view.plain[at], regex_of(seated.rule.match)
    if not regex.may_match(view.folded[at]) or seated.obstacle(view, at):
        return
    for match in regex.pattern.finditer(text):
        start, end = _widened(text, match)
        after = " " if start and end < len(text) else ""
        yield Cut(view.article.blocks[at].index, start, end, after, seated.name, seated.version, seated.rule.kind)


def _widened(text: str, match: re.Match[str]) -> tuple[int, int]:
    """The span of a match, with the white space on both sides."""
    return len(text[: match.start()].rstrip()), len(text) - len(text[match.end() :].lstrip())
