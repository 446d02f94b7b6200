"""A text changed at known places: apply a script of changes, join two into one, find the one between two texts."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

# With more words, difflib's quadratic worst case is slow. Then one change spans all words from the first to the last
# difference.
MAX_WORDS_TO_ALIGN = 2_000

_WORDS = re.compile(r"\s+|[^\s]+")


class Change(Struct, frozen=True, gc=False):
    """Characters `start` to `end` of a text become `after`, by these rules.

    A script is a tuple of changes, in order, without overlaps.
    """

    start: int
    end: int
    after: str
    rules: tuple[str, ...]


Script = tuple[Change, ...]


def apply(text: str, script: Sequence[Change]) -> str:
    """Return the text as it reads after the script.

    >>> apply("25 August 2src2src.", (Change(11, 14, "0", ("zero",)), Change(15, 18, "0", ("zero",))))
    '25 August 2020.'
    """
    parts: list[str] = []
    at = 0
    for change in script:
        parts += text[at : change.start], change.after
        at = change.end
    return "".join(parts) + text[at:]


def compose(text: str, first: Script, second: Script) -> Script:
    """Return one script that has the same effect on `text` as `first` followed by `second`.

    Changes that overlap or touch become one; it carries the rules of both.
    """
    if not first or not second:
        return first or second
    middle, joined, offset = apply(text, first), [], 0
    for start, end, early, late in _groups(first, second):
        grown = sum(len(change.after) - (change.end - change.start) for change in early)
        moved = [Change(one.start - start, one.end - start, one.after, one.rules) for one in late]
        after = apply(middle[start:end], moved)
        rules = dict.fromkeys(rule for change in (*early, *late) for rule in change.rules)
        joined.append(Change(start - offset, end - offset - grown, after, tuple(rules)))
        offset += grown
    return tuple(change for change in joined if text[change.start : change.end] != change.after)


def between(before: str, after: str, rule: str) -> Script:
    """Return a short script, in whole words, that turns `before` into `after`.

    >>> [(c.start, c.end, c.after) for c in between("the presidentâ€™s men", "the president’s men", "ftfy")]
    [(4, 17, 'president’s')]
    """
    if before == after:
        return ()
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MAX_WORDS_TO_ALIGN:
        return (_span(before, after, rule),)
    starts = [0]
    for word in old:
        starts.append(starts[-1] + len(word))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        Change(starts[i], starts[j], "".join(new[k:m]), (rule,))
        for verdict, i, j, k, m in matcher.get_opcodes()
        if verdict != "equal"
    )


def _groups(first: Script, second: Script) -> Iterator[tuple[int, int, list[Change], list[Change]]]:
    """Yield changes that touch in the text after `first`: (start, end, changes of `first`, changes of `second`)."""
    spans, offset = [], 0
    for change in first:
        start = change.start + offset
        spans.append((start, start + len(change.after), 0, change))
        offset += len(change.after) - (change.end - change.start)
    spans += [(change.start, change.end, 1, change) for change in second]
    spans.sort(key=lambda span: span[:3])
    at = 0
    while at < len(spans):
        start, end = spans[at][:2]
        sides: tuple[list[Change], list[Change]] = ([], [])
        while at < len(spans) and spans[at][0] <= end:
            end = max(end, spans[at][1])
            sides[spans[at][2]].append(spans[at][3])
            at += 1
        yield start, end, *sides


def _span(before: str, after: str, rule: str) -> Change:
    """One change between the common beginning and the common end of two texts."""
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = next((i for i in range(shorter - head) if before[-1 - i] != after[-1 - i]), shorter - head)
    return Change(head, len(before) - tail, after[head : len(after) - tail], (rule,))
