"""How much of clean text does repair change?  Counted on what translators wrote in the languages of Debian's packages.

python benchmarks/clean_text.py [FOLDER]...      gettext catalogs (*.mo) below these folders, or /usr/share/locale

Prints what was left aside and why, a row for each language, and every changed line with its steps, to be read: a change
of a line that its translator would not call a mistake is harm.  Lines with a damage that DAMAGE names are repaired and
printed too, but are no clean text and not in the last figure; nor are lines that are only brought to NFC.
"""

import re
import struct
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category, normalize

from msgspec import Struct

from etl.repair import Repaired, repair

LOCALES = Path("/usr/share/locale")
MO_MAGIC = 0x950412DE
# Letters.  Shorter lines are labels of buttons; so much in Chinese is a sentence.
MIN_LETTERS = 12
# Share of letters, their marks and spaces in a line of prose; less have tables and lists of names.
MIN_PROSE = 0.85

# A catalog is not all text.  Lines with the syntax of programs are left aside, counted under the first name that fits.
SYNTAX = {
    "control characters": r"[\x00-\x1f\x7f-\x9f]",
    "columns (two spaces, or one at an end)": r"\s\s|^\s|\s$",
    "placeholders": r"%[-+ #0]*[\d*.$]*[a-zA-Z%(]|\{[^}\s]*\}|\$[\w{(]|@\w+@?",
    "markup, entities, accelerators": r"<[^>\s][^>]*>|&\S|(?<!\w)_\w|\w_\w|[`\\|~^]|''",
    "addresses, options, names of files": r"\w://|(?<!\S)--?\w|\w/\w|/\w+/|\w\.\w|=",
    # French sets one before a colon: repair makes it a plain one by decision, which says nothing of its letters.
    "no-break spaces": r"[\xa0\u202f]",
}
# What no one types on purpose, told without asking repair.  Scripts from Thai to Khmer part words with U+200B, others
# have no use for it; no language has Ã before a sign.
DAMAGE = {
    "invisible characters": r"[\xad\u2060\ufeff]|(?<![\u0e00-\u17ff\u200b])\u200b+(?![\u0e00-\u17ff\u200b])",
    "UTF-8 read as Latin-1": r"Ã[\xa1-\xaa\xac-\xba\xbc-\xbf]",
}
NOT_PROSE = "not prose (few letters, or many signs)"
_SYNTAX, _DAMAGE = ({name: re.compile(pattern) for name, pattern in table.items()} for table in (SYNTAX, DAMAGE))


class Seen(Struct):
    """One line of a language: the damage it has by DAMAGE ("" for clean text), and what repair says of it."""

    language: str
    line: str
    damage: str
    repaired: Repaired


def translations(catalog: bytes) -> Iterator[str]:
    """Texts of a catalog that are not as in English.  Its format: gettext manual, "The Format of GNU MO Files"."""
    order = "<" if struct.unpack_from("<I", catalog)[0] == MO_MAGIC else ">"
    _, count, english, theirs = struct.unpack_from(f"{order}4I", catalog, 4)
    before, after = (
        [entry(catalog, *struct.unpack_from(f"{order}2I", catalog, table + 8 * row)) for row in range(count)]
        for table in (english, theirs)
    )
    texts = dict(zip(before, after, strict=True))
    charset = re.search(rb"charset=([\w-]+)", texts.pop(b"", b""))
    for said, text in texts.items():
        if text != said:
            yield from text.decode(charset[1].decode() if charset else "utf-8").split("\0")


def entry(catalog: bytes, length: int, start: int) -> bytes:
    return catalog[start : start + length]


def lines(folders: list[Path]) -> dict[str, set[str]]:
    """The distinct lines of each language; `pt_BR` is one with `pt`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in (path for folder in folders for path in folder.rglob("*.mo")):
        language = re.split(r"[_@.]", path.parent.parent.name)[0]
        for text in translations(path.read_bytes()):
            found[language].update(filter(None, text.split("\n")))
    return found


def aside(line: str) -> str:
    """Why a line is no prose to judge repair by; "" if it is."""
    if found := next((name for name, pattern in _SYNTAX.items() if pattern.search(line)), ""):
        return found
    kinds = Counter(category(char)[0] for char in line)
    prose = kinds["L"] >= MIN_LETTERS and kinds["L"] + kinds["M"] + kinds["Z"] >= MIN_PROSE * len(line)
    return "" if prose else NOT_PROSE


def damage(line: str) -> str:
    return next((name for name, pattern in _DAMAGE.items() if pattern.search(line)), "")


def report(seen: list[Seen], left: Counter[str]) -> Iterator[str]:
    for name in (*SYNTAX, NOT_PROSE):
        yield f"{left[name]:>9}  left aside: {name}"
    for name in DAMAGE:
        yield f"{sum(one.damage == name for one in seen):>9}  damaged: {name}"
    unlike = [one for one in seen if one.repaired.text != normalize("NFC", one.line)]
    composed = sum(one.repaired.text != one.line for one in seen) - len(unlike)
    yield f"{composed:>9}  only brought to NFC, which is the same text to Unicode: not counted as changed, not shown"
    clean = Counter(one.language for one in seen if not one.damage)
    changed = Counter(one.language for one in unlike if not one.damage)
    yield f"\n{'language':<12}{'clean lines':>12}{'changed':>9}"
    yield from (f"{language:<12}{clean[language]:>12}{changed[language]:>9}" for language in sorted(clean))
    yield from ("", *map(told, unlike))
    total, harm = clean.total(), changed.total()
    yield f"\n{len(clean)} languages, {total} clean lines, {harm} changed: {harm / total * 100_000:.2f} in 100,000"


def told(one: Seen) -> str:
    """A line of the report; changes as code points, because most of them cannot be seen."""
    steps = "; ".join(
        f"{'+'.join(change.rules)} {one.line[change.start : change.end]!a} -> {change.after!a}"
        for change in one.repaired.script
    )
    return f"{one.language} [{one.damage or 'CLEAN'}] {one.line}\n    {steps}"


def main(paths: list[str]) -> None:
    left: Counter[str] = Counter()
    seen = []
    for language, found in sorted(lines([Path(path) for path in paths] or [LOCALES]).items()):
        for line in sorted(found):
            if reason := aside(line):
                left[reason] += 1
            else:
                seen.append(Seen(language, line, damage(line), repair(line)))
    print("\n".join(report(seen, left)))


if __name__ == "__main__":
    main(sys.argv[1:])
