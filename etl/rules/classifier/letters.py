"""Names of those who wrote letters to the editor, with their places, on lines of their own below each letter.

A name between two paragraphs may be a credit or a link.  What tells letters is that it goes on: a letter, a name, a
place, and the next letter.
"""

import re
from collections.abc import Collection, Sequence

from etl.later import later

# Letters in a row.
MIN_LETTERS = 2
# Characters, and words.  A longer line is no name; a shorter block above one is a label, not a letter.
MAX_LINE_CHARS, MIN_LETTER_WORDS = 60, 3
# Characters.  So short is a word between the others: "University of Tarn".
MAX_SMALL_CHARS = 3

_LETTER = later(r".*[.!?…][\"')\]]*", re.DOTALL)
_TITLE = r"(?:(?:Dr|Prof|Rev|Mr|Mrs|Ms|Sir|Dame|Col|Capt)\.? )?"
_NAME = later(_TITLE + r"[^\W\d_][\w'.-]+(?: [^\W\d_][\w'.-]*){1,3}")
_PLACE = later(r"[^\W\d_][\w'.-]+(?:,? [^\W\d_][\w'.-]+){0,4}")


def signatures(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of names and places below letters; `texts` are plain, `named` are the blocks of rules."""
    found, chain = set[int](), list[int]()
    for at in range(1, len(texts) - 1):
        if at in named or at + 1 in named:
            continue
        if not (_is_signature(texts[at], texts[at + 1]) and _is_letter(texts[at - 1])):
            continue
        is_next = all(map(_is_letter, texts[chain[-1] + 2 : at])) if chain else False
        chain = [name for name in chain if is_next and texts[name + 1] != texts[at + 1]]
        chain.append(at)
        if len(chain) >= MIN_LETTERS:
            found.update(line for name in chain for line in (name, name + 1))
    return found


def _is_letter(text: str) -> bool:
    return len(text.split()) >= MIN_LETTER_WORDS and bool(_LETTER.fullmatch(text))


def _is_signature(name: str, place: str) -> bool:
    """Return whether two lines are a name and a place: their words begin with a capital, but for "of" and its like."""
    lines = (_NAME, name), (_PLACE, place)
    return all(len(line) <= MAX_LINE_CHARS and shape.fullmatch(line) and _has_capitals(line) for shape, line in lines)


def _has_capitals(text: str) -> bool:
    first, *others = text.split()
    return first[0].isupper() and all(word[0].isupper() or len(word) <= MAX_SMALL_CHARS for word in others)
