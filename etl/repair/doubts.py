"""Doubtful places, which only a guess could repair: they are flagged, and some are changed on request.

Each row has a name, the places, and the guess; None if no guess is good enough.
"""

import re
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from etl.repair.alphabet import MIXED_SCRIPTS, NO_PLURAL
from etl.repair.steps import Step

After = str | Callable[[re.Match[str]], str] | None


class Doubt(Struct, frozen=True, gc=False):
    """Places that look damaged, and a guess of the original text; text without these characters (a class) has none."""

    rule: str
    characters: re.Pattern[str]
    pattern: re.Pattern[str]
    after: After = None


def _doubt(rule: str, characters: str, pattern: str, after: After = None) -> Doubt:
    return Doubt(rule, re.compile(characters), re.compile(pattern, re.M), after)


def _recoded(written: str, read: str, place: re.Match[str]) -> str:
    """Return the place with its bytes decoded in another encoding; unchanged if they are not valid in it."""
    try:
        return place[0].encode(written).decode(read)
    except UnicodeError:
        return place[0]


_CYRILLIC_WORD = re.compile("[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")


def _cyrillic(place: re.Match[str]) -> str:
    """Russian that was read as Latin-1: of KOI8-R and Windows-1251 the one that gives a word in plausible case."""
    words = (_recoded("latin-1", read, place) for read in ("koi8-r", "cp1251"))
    return next((word for word in words if _CYRILLIC_WORD.fullmatch(word)), place[0])


def _unquoted(place: re.Match[str]) -> str:
    octets = re.sub("%([0-9A-Fa-f]{2})|[^%]+", lambda part: part[1] or part[0].encode("utf-8").hex(), place[0])
    try:
        return bytes.fromhex(octets).decode("utf-8")
    except ValueError:
        return place[0]


def _entity(place: re.Match[str]) -> str:
    from html import unescape

    return unescape(f"&{place[1]};")


def _full_width(place: re.Match[str]) -> str:
    from ftfy.fixes import fix_character_width

    return fix_character_width(place[0])


def _with_zeros(place: re.Match[str]) -> str:
    return place[0].replace("src", "0")


_PRIVATE = "[\ue000-\uf0a6\uf0a8-\uf0b6\uf0b8-\uf8ff\U000f0000-\U0010ffff]"
# What an apostrophe joins in English: don't, Britain's, we're.
_TAIL = r"(?=(?:s|t|d|m|ll|re|ve)\b(?!-))"

DOUBTS = (
    # A question mark in the place of a character that an encoder lacked.  In `Who?s-who` and `over?Not`, it may be a
    # real one.
    _doubt("repair/question-apostrophe", r"\?", rf"(?<=[A-Za-z])\?{_TAIL}", "’"),
    _doubt("repair/question-quotes", r"\?", r"(?<!\S)\?([A-Z][^?\n]*[,.!])\?(?!\S)", r"“\1”"),
    _doubt("repair/question-joined", r"\?", r"(?<=[a-z])\?(?=[A-Z]|s-)"),
    # UTF-8 of which a part is lost.
    _doubt("repair/cut-mojibake", "€", r"â€\?(?=\w)", "“"),
    _doubt("repair/cut-mojibake", "€", r"(?<=\S)â€(?:\?(?!\w)|$)", "”"),
    # â is left of ’ and ‘ if two control characters were stripped.  The pattern is narrow, because â is also a French
    # letter.
    _doubt("repair/stripped-apostrophe", "â", r"(?<=n)â(?=t\b)|(?<=[a-z])â(?=(?:s|re|ll|ve)\b)", "’"),
    _doubt("repair/stripped-quotes", "â", r"(?<!\w)â([A-Z][^â\n]*)â(?!\w)", r"‘\1’"),
    _doubt("repair/lost-apostrophe", "\ufffd", rf"(?<=[A-Za-z])\ufffd{_TAIL}", "’"),
    _doubt("repair/lost-character", "\ufffd", rf"\ufffd(?:(?<![A-Za-z].)|(?!{_TAIL}))"),
    # Entities without a semicolon, which browsers guess; `&amp` in an address is none.
    _doubt("repair/entity-open", "&", r"&([lr][sd]quo|[mn]dash|hellip|nbsp|(?:amp|quot)\b)(?![;=])", _entity),
    _doubt("repair/entity-markup", "&", r"&(lt|gt|#60|#62);", _entity),
    _doubt("repair/escape-newline", r"\\", r"""(?<=[.!?"”’])\\n(?=[A-Z"“‘])""", "\n"),
    _doubt("repair/percent-escape", "%", r"(?<!\S)(?=[^\s%]*%[C-Fc-f][0-9A-Fa-f]%[89ABab])[^\s/=?]+(?!\S)", _unquoted),
    # One single-byte encoding read as another.  This cannot be proved, because every byte is a character in both.
    _doubt("repair/cyrillic-as-latin", "[À-ÿ]", r"[À-ÿ](?<!\w.)[À-ÿ]{3,}\b", _cyrillic),
    _doubt("repair/macroman-apostrophe", "Õ", rf"(?<=[a-z])Õ{_TAIL}", "’"),
    _doubt("repair/polish-as-latin", "ñ", r"(?<=[A-Za-z])ñ(?=[bcdfgkmpstwz])", "ń"),
    # Quotes of a typewriter.
    _doubt("repair/ascii-quotes", "`", "``", "“"),
    _doubt("repair/ascii-quotes", "'", "''", "”"),
    _doubt("repair/acute-apostrophe", "´", r"(?<=[A-Za-z])´(?=[a-z])", "’"),
    # A template that put `src` for 0: `25 August 2src2src.`
    _doubt("repair/src-for-zero", "[0-9]", r"\d(?<!\w.)\d*src(?:\d|src)*(?![A-Za-z])", _with_zeros),
    _doubt("repair/missing-space", "[.!]", r"([.!])(?<=[a-z]{2}.)(?=[\"“‘]?[A-Z][a-z])", r"\1 "),
    _doubt("repair/joined-link", "R", r"(?<=[a-z.!?”])Read [Mm]ore$", ""),
    _doubt("repair/hyphen-break", "\n", r"(?<=[a-z])-\r?\n(?=[a-z])", ""),
    _doubt("repair/half-width", "[\uff61-\uff9f]", "[\uff61-\uff9f]+", _full_width),
    # Bullets of Wingdings and Symbol.  The meaning of other private characters and noncharacters is unknown.
    _doubt("repair/symbol-font", "\uf0a7", "\uf0a7", "▪"),
    _doubt("repair/symbol-font", "\uf0b7", "\uf0b7", "•"),
    _doubt("repair/private-use", _PRIVATE, _PRIVATE),
    _doubt("repair/noncharacter", "[\ufdd0-\ufdef\ufffe\uffff]", "[\ufdd0-\ufdef\ufffe\uffff]"),
    # Names without a plural: `Belaruss president`, `Europes last dictator`.  The place of the apostrophe follows from
    # grammar.
    _doubt("repair/lost-possessive", "[A-Z]", rf"[A-Z](?<!\w.)(?:{NO_PLURAL})s(?= [a-z])"),
    # Text whose order differs from its look.
    _doubt("repair/bidi-override", "[\u202d\u202e]", "[\u202d\u202e]"),
    Doubt("repair/homoglyph", re.compile("[Ͱ-ӿ]"), MIXED_SCRIPTS),
)

GUESSES = tuple(
    Step(doubt.rule, doubt.characters, partial(doubt.pattern.sub, doubt.after))
    for doubt in DOUBTS
    if doubt.after is not None
)
