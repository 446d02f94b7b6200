"""Which blocks would a rule name that stands in no pack yet?"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from etl.author.fates import fates, where
from etl.document import Judged
from etl.errors import UsageError
from etl.model import Article, Document
from etl.packs import known_publishers
from etl.rules import Bench, Known, View, cuts, judge, seat
from etl.rules.exempt import Terms
from etl.rules.match import has_looks
from etl.rules.regex import regex_of
from etl.rules.vocabulary import Match, Rule, Verb


class Hit(Struct, frozen=True):
    """A block that the rule on trial names, or the part of it that the rule would cut, and who names it already."""

    place: str
    text: str
    rules: tuple[str, ...]


def rule_on_trial(match: Match, action: Verb) -> Rule:
    """Make a rule of what it should match.  Raises UsageError if that cannot be meant."""
    if not has_looks(match):
        raise UsageError("", "there is nothing to try", "Give --regex, --exact, --prefix, --suffix or --contains.")
    if action == "strip" and not match.regex:
        raise UsageError("--inside", "is for a regex", "Give --regex; labels stand in blocks of their own.")
    try:
        _ = regex_of(match).pattern
    except re.error as error:
        fault = f"does not compile: {error.msg} at character {error.pos}"
        raise UsageError("--regex", fault, f"It reads: {match.regex}") from None
    return Rule(id="on-trial", title="", action=action, match=match, kind="notice", why="", keeps=())


def trial(rule: Rule, documents: Iterable[Judged]) -> Iterator[Hit]:
    """Judge documents by one rule alone, and give what it hits, in reading order."""
    bench = seat([(rule.id, "", rule)], terms=Terms(own=frozenset({rule.id})))
    for judged in documents:
        found = dict(_hits(judged, bench))
        for fate in fates(judged):
            if text := found.get(fate.block.index):
                yield Hit(where(judged.document, fate.block.line), text, fate.rules)


def _hits(judged: Judged, bench: Bench) -> Iterator[tuple[int, str]]:
    """Blocks by index, each with the text that is hit."""
    for article in judged.articles:
        yield from _named(article, judged.document, bench)


def _named(article: Article, document: Document, bench: Bench) -> Iterator[tuple[int, str]]:
    view = View(article, document, Known(known_publishers()))
    texts = {block.index: block.text for block in view.blocks}
    yield from ((removal.block, texts[removal.block]) for removal in judge(view, bench))
    parts: dict[int, list[str]] = {}
    for cut in cuts(view, bench):
        parts.setdefault(cut.block, []).append(texts[cut.block][cut.start : cut.end].strip())
    yield from ((block, " … ".join(found)) for block, found in parts.items())
