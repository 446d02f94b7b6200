"""Find missing rules: short lines that recur in several documents and that no rule matches."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from etl.audit import place_in
from etl.document import Judged
from etl.fold import label
from etl.rule_tools.draft import Draft, nearest
from etl.rule_tools.outcomes import BlockOutcome, outcomes

# Words.  Labels, prompts and links are shorter; a longer line that recurs is more often a copied sentence.
MAX_WORDS = 12
# The most places in a draft.
MAX_SOURCES = 3
# Names of a publisher that is not known.
UNKNOWN = "unknown"


class Suggestion(Struct, frozen=True):
    """A line that recurs: in how many documents, how often, by which publishers, and a draft of its rule."""

    documents: int
    times: int
    publishers: tuple[tuple[str, int], ...]
    draft: Draft


class _Seen:
    """The counts of one folded label so far."""

    def __init__(self) -> None:
        self.documents: set[str] = set()
        self.places: list[str] = []
        self.texts: Counter[str] = Counter()
        self.publishers: Counter[str] = Counter()
        self.scopes: set[str] = set()


def suggest(documents: Iterable[Judged], least: int, most: int) -> list[Suggestion]:
    """Return the `most` suggestions whose lines are in `least` documents or more, the most frequent first.

    Lines are the same if their labels are: case, quotes, dashes and ornaments do not count.  The same document twice
    counts once.
    """
    seen: dict[str, _Seen] = {}
    for judged in documents:
        for outcome in _short_lines(judged):
            _note(seen.setdefault(label(outcome.block.text), _Seen()), outcome, judged)
    recurring = [(name, one) for name, one in seen.items() if len(one.documents) >= least]
    recurring.sort(key=lambda found: (-len(found[1].documents), -found[1].texts.total(), found[0]))
    others = sorted(name for name, one in seen.items() if len(one.documents) == 1)
    return [_suggestion(name, one, _neighbours(name, others, seen)) for name, one in recurring[:most]]


def _short_lines(judged: Judged) -> Iterator[BlockOutcome]:
    for outcome in outcomes(judged):
        text = outcome.block.text
        if not outcome.rules and len(text.split()) <= MAX_WORDS and any(map(str.isalpha, text)):
            yield outcome


def _note(seen: _Seen, outcome: BlockOutcome, judged: Judged) -> None:
    seen.documents.add(judged.document.sha256)
    seen.texts[outcome.block.text] += 1
    publisher = outcome.article.publisher
    seen.publishers[publisher.name if publisher else outcome.article.metadata.publisher or UNKNOWN] += 1
    seen.scopes.add(publisher.id if publisher else "")
    if len(seen.places) < MAX_SOURCES:
        seen.places.append(place_in(judged.document, outcome.block.line))


def _suggestion(name: str, seen: _Seen, others: Sequence[str]) -> Suggestion:
    text = min(seen.texts, key=lambda text: (-seen.texts[text], text))
    scope = min(seen.scopes) if len(seen.scopes) == 1 else ""
    publishers = tuple(sorted(seen.publishers.items(), key=lambda counted: (-counted[1], counted[0])))
    drafted = Draft(text, nearest(text, others), tuple(seen.places), scope)
    return Suggestion(len(seen.documents), seen.texts.total(), publishers, drafted)


def _neighbours(name: str, others: Sequence[str], seen: Mapping[str, _Seen]) -> list[str]:
    """Return lines of single documents that are next to a label in alphabetical order, so that they begin alike."""
    at = bisect(others, name)
    return [min(seen[other].texts) for other in others[max(0, at - 1) : at + 1]]
