"""Verses: lines in a row that end with a comma, and those between them.

No button or title ends with a comma.  Tags and names of authors do, and have one or two words.
"""

from collections.abc import Collection, Sequence

from etl.fold import count_words

# Lines in a row, those of them that end with a comma, and characters of a line.
MIN_VERSES, MIN_COMMAS, MAX_CHARS = 3, 2, 80
# Words of a line that ends with a comma.
MIN_WORDS = 3
# Lines without a comma between two that have one, and below the last.
MAX_APART = 2
_COMMAS = (",", ";", "،", "，", "、")


def verses(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of verses; `named` are the blocks of rules, which part them."""
    found = set[int]()
    commas = [
        at
        for at, text in enumerate(texts)
        if len(text) <= MAX_CHARS and text.endswith(_COMMAS) and at not in named and count_words(text) >= MIN_WORDS
    ]
    start = 0
    for end in range(1, len(commas) + 1):
        if end < len(commas) and commas[end] - commas[end - 1] <= MAX_APART and _are_short(texts, named, commas, end):
            continue
        if end - start >= MIN_COMMAS:
            below = commas[end - 1] + 1
            is_inside = below < len(texts) and below not in named and len(texts[below]) <= MAX_CHARS
            lines = range(commas[start], below + is_inside)
            found.update(lines if len(lines) >= MIN_VERSES else ())
        start = end
    return found


def _are_short(texts: Sequence[str], named: Collection[int], commas: Sequence[int], end: int) -> bool:
    between = range(commas[end - 1] + 1, commas[end])
    return all(at not in named and len(texts[at]) <= MAX_CHARS for at in between)
