"""Verses: consecutive lines that end with a comma or continue in a line with a small letter, and lines between them.

Buttons and titles do not end with a comma.  Tags and names of authors may, but they have only one or two words, as have
buttons in small letters.
"""

from collections.abc import Collection, Sequence

from etl.fold import count_words, ends_sentence

# Lines in a row, those of them that go on in the next, and characters of a line.
MIN_VERSES, MIN_OPEN, MAX_CHARS = 3, 2, 80
# Words of a line that ends with a comma, or of two that a small letter connects.
MIN_WORDS = 3
# Verses without commas stand between two sentences of so many words: lines, and words.
MAX_TO_SENTENCE, MIN_SENTENCE_WORDS = 2, 6
# Lines that end between two that go on, and below the last.
MAX_APART = 2
_COMMAS = (",", ";", "،", "，", "、")


def verses(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of verses; `named` are the blocks that rules match, which separate verses."""
    found = set[int]()
    goes_on = [at for at in range(len(texts)) if _goes_on(texts, at, named)]
    start = 0
    for end in range(1, len(goes_on) + 1):
        is_near = end < len(goes_on) and goes_on[end] - goes_on[end - 1] <= MAX_APART
        if is_near and _are_short(texts, named, goes_on, end):
            continue
        if end - start >= MIN_OPEN:
            below = goes_on[end - 1] + 1
            is_inside = below < len(texts) and below not in named and len(texts[below]) <= MAX_CHARS
            lines = range(goes_on[start], below + is_inside)
            is_verse = any(texts[at].endswith(_COMMAS) for at in lines) or _is_between_sentences(texts, named, lines)
            found.update(lines if len(lines) >= MIN_VERSES and is_verse else ())
        start = end
    return found


def _is_between_sentences(texts: Sequence[str], named: Collection[int], lines: range) -> bool:
    above = range(max(0, lines.start - MAX_TO_SENTENCE), lines.start)
    below = range(lines.stop, min(len(texts), lines.stop + MAX_TO_SENTENCE))
    return all(
        any(
            at not in named and ends_sentence(texts[at]) and count_words(texts[at]) >= MIN_SENTENCE_WORDS for at in side
        )
        for side in (above, below)
    )


def _goes_on(texts: Sequence[str], at: int, named: Collection[int]) -> bool:
    """Return whether a short line ends with a comma, or continues in a line that begins with a small letter."""
    text = texts[at]
    if at in named or len(text) > MAX_CHARS or count_words(text) < MIN_WORDS:
        return False
    if text.endswith(_COMMAS):
        return True
    below = texts[at + 1] if at + 1 < len(texts) and at + 1 not in named else ""
    is_open = text[-1].isalpha() and below[:1].islower() and len(below) <= MAX_CHARS
    return is_open and text[0].isalpha() and count_words(below) >= MIN_WORDS


def _are_short(texts: Sequence[str], named: Collection[int], goes_on: Sequence[int], end: int) -> bool:
    between = range(goes_on[end - 1] + 1, goes_on[end])
    return all(at not in named and len(texts[at]) <= MAX_CHARS for at in between)
