"""Repair blocks: damaged characters are restored, typography stays, and doubtful places are only flagged.

Every change is recorded with the name of its step.  The steps are rows in `steps`, the doubts rows in `doubts`.  Most
blocks need neither, because a quick test in `alphabet` shows that no step can change them.  So steps and doubts, with
all their regexes, are imported when the first block needs them.

alphabet  the blocks that no step can change
steps     the table of certain repairs
doubts    the table of doubtful places, which are repaired only on request
evidence  repairs that only the whole document can prove
charset   documents that were decoded with a wrong encoding
blocks    repairs of blocks, with their places in the decoded text
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.change import Change, Script, apply, between, compose
from etl.model import Replacement
from etl.repair.alphabet import looks_clean

if TYPE_CHECKING:
    from etl.repair.steps import Step

# The most layers of damage.  Real texts have at most three; a block that still changes after this many is artificial.
MAX_ROUNDS = 8
# The most words that `between` compares, each with each, spaces included.  So many take a few milliseconds.
MAX_WORDS_TO_ALIGN = 200

_WORDS = re.compile(r"\s+|\S+")


class Flag(Struct, frozen=True, gc=False):
    """A place, in characters of the original block, that looks damaged, but that no step can repair with certainty."""

    start: int
    end: int
    rule: str
    text: str


class Repaired(Struct, frozen=True, gc=False):
    """A repaired block, the script of its changes, and the places that only a reader can judge."""

    text: str
    script: Script = ()
    flags: tuple[Flag, ...] = ()


def repair(
    line: str,
    replacements: Sequence[Replacement] = (),
    risky: bool = False,
    proved: "Sequence[Step]" = (),
    charset: "Step | None" = None,
) -> Repaired:
    """Return a block with its damaged characters repaired.

    Curly quotes and dashes stay, because they are typography.  A second repair changes nothing, and only replacements
    can make a blank line.  A block that still changes after MAX_ROUNDS is returned unchanged.  With `risky`, likely
    repairs are also made, not only flagged.  `proved` are the steps that the document as a whole proves.  `charset` is
    such a step, too, and is applied once, before all others.

    >>> repair("Belarusâ€™ president").text
    'Belarus’ president'
    >>> repair("They don?t know").flags
    (Flag(start=8, end=9, rule='repair/question-apostrophe', text='?'),)
    """
    read, recoding = _taken(line, line, (), charset) if charset else (line, ())
    clean = not recoding and looks_clean(line)
    if clean and not any(replacement.pattern.search(line) for replacement in replacements):
        return Repaired(line)

    from etl.repair.doubts import GUESSES
    from etl.repair.steps import SPACING, SURE

    steps = (*SURE[:-2], *proved, *(GUESSES if risky else ()), *SPACING)
    settled, script = (line, ()) if clean else _settled(line, read, recoding, steps)
    text = settled
    for replacement in replacements:
        if replacement.pattern.search(text):
            text, script = _booked(line, text, script, _replaced(text, replacement))
    if clean and not script:
        return Repaired(line)
    for step in SPACING if text != settled else ():
        text, script = _taken(line, text, script, step)
    return Repaired(text, script, tuple(_flags(line, text, script)))


def needs_no_repair(lines: Sequence[str], replacements: Sequence[Replacement]) -> bool:
    """Return true if no block of a document needs a repair or a flag, by one test of all blocks.

    Line breaks need no repair, so the blocks are joined with them.  False means only that each block must be tested.
    """
    joined = "\n".join(lines)
    return looks_clean(joined) and not any(replacement.pattern.search(joined) for replacement in replacements)


def _settled(line: str, text: str, script: Script, steps: "Sequence[Step]") -> tuple[str, Script]:
    """Return a text after all steps, repeated until none changes anything; the script so far made it from the line."""
    for _ in range(MAX_ROUNDS):
        before, characters = text, _characters(text)
        for step in steps:
            if step.characters.search(characters):
                text, script = _taken(line, text, script, step)
        if text == before or looks_clean(text):
            return text, script
    return line, ()


def _characters(text: str) -> str:
    """Return each character of a text once, in any order, because searching thirty is faster than three hundred."""
    return "".join(set(text))


def _taken(line: str, text: str, script: Script, step: "Step") -> tuple[str, Script]:
    mended = step.mend(text)
    return (text, script) if mended == text else _booked(line, text, script, tuple(_changes(text, mended, step.rule)))


def _booked(line: str, text: str, script: Script, changes: Script) -> tuple[str, Script]:
    """Return the text after these changes, and the script from the original line to this text."""
    if not changes:
        return text, script
    return apply(text, changes), compose(line, script, changes)


def _replaced(text: str, replacement: Replacement) -> Script:
    places = replacement.pattern.finditer(text)
    changes = (Change(*place.span(), place.expand(replacement.after), (replacement.rule,)) for place in places)
    return tuple(change for change in changes if text[change.start : change.end] != change.after)


def _changes(before: str, after: str, rule: str) -> Iterator[Change]:
    """Yield a script in whole words.  If their number stays the same, no search for moved words is needed."""
    start = _shared_words(before, after)
    tail = _shared_words(before[start:][::-1], after[start:][::-1])
    old, new = _WORDS.findall(before, start, len(before) - tail), _WORDS.findall(after, start, len(after) - tail)
    if len(old) != len(new):
        yield from _aligned(start, old, new, rule)
        return
    for was, becomes in zip(old, new, strict=True):
        if was != becomes:
            yield Change(start, start + len(was), becomes, (rule,))
        start += len(was)


def _aligned(start: int, old: list[str], new: list[str], rule: str) -> Iterator[Change]:
    """Yield the script between two sequences of words, which begin at this character of the text."""
    before, after = "".join(old), "".join(new)
    if min(len(old), len(new)) < 2 or len(old) + len(new) > MAX_WORDS_TO_ALIGN:
        yield Change(start, start + len(before), after, (rule,))
        return
    for change in between(before, after, rule):
        yield Change(start + change.start, start + change.end, change.after, (rule,))


def _shared_words(one: str, other: str) -> int:
    """Return the length of the common beginning, in whole words and spaces."""
    char = _shared(one, other)
    if _ends_word(one, char) and _ends_word(other, char):
        return char
    shared = one[:char]
    return len(shared.rstrip()) if shared[-1].isspace() else char - len(shared.rsplit(None, 1)[-1])


def _ends_word(text: str, char: int) -> bool:
    """Return true if a word, or the space between two words, ends before this character."""
    return char in (0, len(text)) or text[char - 1].isspace() != text[char].isspace()


def _shared(one: str, other: str) -> int:
    """Return the length of the common beginning, by bisection: 8 comparisons where 200 characters are equal."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _flags(line: str, text: str, script: Script) -> Iterator[Flag]:
    """Yield the flags for damage that is left in the text, at their places in the original line.

    Damage within a change is flagged once, at the whole change, because a change may be as long as the line.
    """
    if looks_clean(text):
        return

    from etl.repair.doubts import DOUBTS

    characters = _characters(text)
    begins, known = _begins(script), set[tuple[int, int, str]]()
    for doubt in DOUBTS:
        if doubt.characters.search(characters):
            for place in doubt.pattern.finditer(text):
                start = _source(script, begins, place.start())[0]
                end = _source(script, begins, place.end() - 1)[1]
                if (start, end, doubt.rule) not in known:
                    known.add((start, end, doubt.rule))
                    yield Flag(start, end, doubt.rule, line[start:end])


def _begins(script: Script) -> list[int]:
    """Return where each change begins in the text that the script makes."""
    begins, grown = list[int](), 0
    for change in script:
        begins.append(change.start + grown)
        grown += len(change.after) - (change.end - change.start)
    return begins


def _source(script: Script, begins: Sequence[int], char: int) -> tuple[int, int]:
    """Return the range of the original line that a character comes from; for a changed one, the whole change."""
    at = bisect_right(begins, char) - 1
    if at < 0:
        return char, char + 1
    change, within = script[at], char - begins[at]
    if within < len(change.after):
        return change.start, change.end
    source = change.end + within - len(change.after)
    return source, source + 1
