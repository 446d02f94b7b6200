"""Repairs that only a whole document can prove: lost apostrophes, words that were broken at the end of a line.

A single `didn?t` may be a typing error.  Eight of them without any apostrophe show that an encoder lacked the
apostrophe.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from etl.language import detect
from etl.quoted_printable import is_quoted_printable
from etl.repair.steps import Step

# Contractions in which a question mark is not there by chance, and the number of them that proves that all apostrophes
# are lost.
MIN_CONTRACTIONS = 3
_CONTRACTION = re.compile(r"(?i:\w(?:n[?\ufffd]t|[?\ufffd](?:re|ve|ll))\b|\bi[?\ufffd]m\b)")
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])['’](?=[a-z])")
_LOST_APOSTROPHE = re.compile(r"(?<=[A-Za-z])[?\ufffd](?=(?:s|t|d|m|ll|re|ve)\b(?!-))")
_LOST_QUOTES = re.compile(r"(?<!\S)[?\ufffd]([A-Z][^?\ufffd\n]*[,.!])[?\ufffd](?!\S)")

# The end of a line of quoted-printable, and a character of ASCII in it.
_SOFT_BREAK_OR_BYTE = re.compile(r"=(?:\r?\n|(?P<ascii>[2-7][0-9A-F])(?<!7F))")

# A word that is broken at the end of a line.
_BROKEN_WORD = re.compile(r"(?<![^\W\d_])(?P<head>[^\W\d_]+)-\r?\n[^\S\n]*(?P<tail>[^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# The number of broken words that prove each other, if none of them is whole in the document.
MIN_BROKEN_WORDS = 3
# Letters.  So short a piece is a syllable, unless it is one of the words that make compounds.
MAX_SYLLABLE = 3
_COMPOUND_HEADS = frozenset(
    "self ex non mid co anti pre post half well long short high low all cross e x t u v pro pan neo off on by in out "
    "up two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety one first "
    "second third last now then so full part open hard soft right left far near north south east west anglo semi "
    "multi over under vice".split()
)


def proved_steps(blocks: Sequence[str]) -> tuple[Step, ...]:
    """Return the steps that a document as a whole proves, ready to run on each of its blocks."""
    return (*_soft_breaks(blocks), *_apostrophes(blocks), *_broken_words(blocks))


def _soft_breaks(blocks: Sequence[str]) -> Iterable[Step]:
    """Yield the step that undoes the lines of e-mail, which `plain` joined: `a labou=` goes on with `r court`."""
    if is_quoted_printable(blocks):
        yield Step("repair/quoted-printable", re.compile("="), partial(_SOFT_BREAK_OR_BYTE.sub, _of_mail))


def _of_mail(place: re.Match[str]) -> str:
    return bytes.fromhex(place["ascii"]).decode() if place["ascii"] else ""


def _apostrophes(blocks: Sequence[str]) -> Iterable[Step]:
    marked = [block for block in blocks if "?" in block or "\ufffd" in block]
    contractions = sum(1 for block in marked for _ in _CONTRACTION.finditer(block))
    if contractions < MIN_CONTRACTIONS or any(_APOSTROPHE.search(block) for block in blocks):
        return
    characters = re.compile("[?\ufffd]")
    yield Step("repair/question-apostrophe", characters, partial(_LOST_APOSTROPHE.sub, "’"))
    yield Step("repair/question-quotes", characters, partial(_LOST_QUOTES.sub, r"“\1”"))


def _broken_words(blocks: Sequence[str]) -> Iterable[Step]:
    broken = [match for block in blocks if "-\n" in block or "-\r\n" in block for match in _BROKEN_WORD.finditer(block)]
    if not broken:
        return
    words = Counter(word for block in blocks for word in _WORD.findall(_BROKEN_WORD.sub(" ", block).casefold()))
    pieces = [(match["head"].casefold(), match["tail"].casefold()) for match in broken]
    whole = [head + tail in words for head, tail in pieces]
    syllables = [len(head) <= MAX_SYLLABLE and head not in words and not _is_head(head) for head, _ in pieces]
    is_proved = any(whole) or any(syllables) or len(pieces) >= MIN_BROKEN_WORDS or _are_german_nouns(broken, blocks)
    yield Step("repair/hyphen-break", re.compile("\n"), partial(_BROKEN_WORD.sub, partial(_joined, words, is_proved)))


def _are_german_nouns(broken: Sequence[re.Match[str]], blocks: Sequence[str]) -> bool:
    """Return whether a noun of German goes on with a small letter: behind a hyphen of its own stands a capital."""
    is_noun = any(match["head"].istitle() and match["tail"].islower() for match in broken)
    if not is_noun:
        return False
    return detect(blocks) == "de"


def _is_head(head: str) -> bool:
    return head in _COMPOUND_HEADS


def _joined(words: Counter[str], is_proved: bool, broken: re.Match[str]) -> str:
    """Return a broken word in one piece.

    The hyphen is removed if the document has the whole word.  It stays if the document has the compound, or both parts
    as words.  Otherwise it is removed if it is proved that the document breaks words.
    """
    head, tail = broken["head"], broken["tail"]
    one, other = head.casefold(), tail.casefold()
    if one + other in words:
        return head + tail
    is_compound = f"{one}-{other}" in words or (one in words and other in words) or _is_head(one) or tail[0].isupper()
    return head + tail if is_proved and not is_compound else f"{head}-{tail}"
