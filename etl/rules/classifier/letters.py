"""Names of those who wrote letters to the editor, with their places, on one line or two below each letter.

A name between two paragraphs may be a credit or a link.  Letters follow one another: a letter, a name, a place, and the
next letter.
"""

from collections.abc import Collection, Sequence

from etl.lazy_regex import lazy

# Letters in a row.
MIN_LETTERS = 2
# Characters, and words.  A longer line is not a name.  A shorter block above a name is a label, not a letter.
MAX_LINE_CHARS, MIN_LETTER_WORDS = 60, 3
# Characters.  So short is a word between the others: "University of Tarn".
MAX_SMALL_CHARS = 3

_STOPS, _CLOSERS = (".", "!", "?", "…"), "\"')]"
_TITLE = r"(?:(?:Dr|Prof|Rev|Mr|Mrs|Ms|Sir|Dame|Col|Capt)\.? )?"
_NAME = lazy(r"(?:- )?" + _TITLE + r"[^\W\d_][\w'.-]+(?: [^\W\d_][\w'.-]*){1,3}")
_PLACE = lazy(r"[^\W\d_][\w'.-]+(?:,? [^\W\d_][\w'.-]+){0,4}")
# "Jane Roe, Oldtown", "Jane Roe (Oldtown)", "Jane Roe, 41, teacher".
_PARTS = lazy(r", | \(")
_AGE = lazy(r"\d{2}(?:, [^.!?]{2,40})?")


def signatures(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of names and places below letters; `texts` are plain, rules match the blocks in `named`."""
    found, chain = set[int](), list[tuple[range, str]]()
    for at in range(1, len(texts)):
        if not _is_letter(texts[at - 1]):
            continue
        lines, place = _signature(texts, at, named)
        if not place:
            continue
        is_next = all(map(_is_letter, texts[chain[-1][0].stop : at])) if chain else False
        chain = [other for other in chain if is_next and other[1] != place]
        chain.append((lines, place))
        if len(chain) >= MIN_LETTERS:
            found.update(line for signed, _ in chain for line in signed)
    return found


def _signature(texts: Sequence[str], at: int, named: Collection[int]) -> tuple[range, str]:
    """Return the number of lines of a name with its place (one or two), and the place; "" if there is none."""
    if at in named:
        return range(at, at), ""
    if at + 1 < len(texts) and at + 1 not in named and (place := _place(texts[at], texts[at + 1])):
        return range(at, at + 2), place
    return range(at, at + 1), _place(*_PARTS.split(texts[at].rstrip(")"), 1))


def _is_letter(text: str) -> bool:
    return text.rstrip(_CLOSERS).endswith(_STOPS) and len(text.split()) >= MIN_LETTER_WORDS


def _place(name: str, place: str = "") -> str:
    """Return the place or age below or behind a name: words with capitals, except "of"; "" if there is none."""
    if _AGE.fullmatch(place):
        return place if _NAME.fullmatch(name) and _has_capitals(name) else ""
    lines = (_NAME, name), (_PLACE, place)
    are = all(len(line) <= MAX_LINE_CHARS and shape.fullmatch(line) and _has_capitals(line) for shape, line in lines)
    return place if are else ""


def _has_capitals(text: str) -> bool:
    first, *others = text.removeprefix("- ").split()
    return first[0].isupper() and all(word[0].isupper() or len(word) <= MAX_SMALL_CHARS for word in others)
