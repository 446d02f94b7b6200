"""Find furniture inside a paragraph: what scrapers that flatten a page leave in the middle of prose.  Cuts nothing."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from etl.rules.regex import regex_of
from etl.rules.seat import Bench, Seated
from etl.rules.view import View

# What stands close to the text before it.
CLOSING = ".,;:!?"


class Cut(Struct, frozen=True, gc=False):
    """Characters `start` to `end` of a block's text that rules (joined by "+") would have out, with the spaces around.

    `after` joins what is left: one space if there is text on both sides, and the second does not close the first.
    """

    block: int
    start: int
    end: int
    after: str
    rule: str
    version: str
    kind: str


def cuts(view: View, bench: Bench) -> tuple[Cut, ...]:
    """Find what strip rules would cut, in reading order; what touches is one cut."""
    candidates = ((at, rules) for at, rules in bench.stripping.candidates(view) if at not in view.frame)
    return tuple(cut for at, rules in candidates for cut in _block_cuts(view, at, rules))


def _block_cuts(view: View, at: int, rules: Sequence[Seated]) -> Iterator[Cut]:
    text = view.plain[at]
    spans = sorted(
        (*_widened(text, match), rank) for rank, seated in enumerate(rules) for match in _found(view, at, seated)
    )
    while spans:
        start, end, rank = spans.pop(0)
        first, names = rules[rank], [rules[rank].name]
        while spans and spans[0][0] <= end:
            _, other_end, rank = spans.pop(0)
            end = max(end, other_end)
            names.append(rules[rank].name)
        after = " " if start and end < len(text) and text[end] not in CLOSING else ""
        name = "+".join(dict.fromkeys(names))
        yield Cut(view.blocks[at].index, start, end, after, name, first.version, first.rule.kind)


def _found(view: View, at: int, seated: Seated) -> Iterator[re.Match[str]]:
    regex, text = regex_of(seated.rule.match, seated.limited), view.plain[at]
    if not seated.obstacle(view, at) and (searcher := regex.searcher(text, view.known.publishers)):
        yield from searcher.finditer(text)


def _widened(text: str, match: re.Match[str]) -> tuple[int, int]:
    """The span of a match, with the white space on both sides."""
    return len(text[: match.start()].rstrip()), len(text) - len(text[match.end() :].lstrip())
