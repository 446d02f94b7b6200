"""Regexes that people can read: in several lines, as a list of alternatives, and with `@names` for common parts.

They are expanded when a pack is loaded, except `@publisher`, which depends on the text (see `publishers`).
"""

import re
from collections.abc import Sequence

from msgspec import Struct


class Fragment(Struct, frozen=True):
    """The regex that a name stands for, and its description for the manual."""

    regex: str
    matches: str


_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_CAPITAL = "[A-ZÀ-ÖØ-ÞČĆĎĐĞİŁŃŇŐŘŚŞŠŤŰŹŻŽ]"
FRAGMENTS = {
    "@sentence": Fragment(
        r"""(?:(?<=[.!?…。] )|(?<=[.!?…。]["')] )|(?<=[。！？]))""",
        "the place just after the end of a sentence, in any language; it has no characters, so a `strip` rule whose "
        "regex begins with it does not cut the sentence",
    ),
    "@name": Fragment(
        rf"(?:{_CAPITAL}[\w.'-]{{0,24}}(?: (?:de|del|der|van|von|di|da|al|bin|la|le))?"
        rf"(?: {_CAPITAL}[\w.'-]{{0,24}}){{1,3}})",
        "the name of a person, in two to four words with capitals; use it with `case = true`",
    ),
    "@date": Fragment(
        rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|{_DAY} {_MONTH}(?:,? \d{{4}})?"
        rf"|{_MONTH} {_DAY}(?:,? \d{{4}})?)",
        "a date in figures, or with an English month",
    ),
    "@agency": Fragment(
        r"(?:AFP|AP(?: Photo)?|The Associated Press|Associated Press|Reuters|REUTERS|EPA(?:-EFE)?|dpa|DPA|ANSA|TASS"
        r"|Xinhua|Anadolu(?: Agency)?|PA (?:Media|Wire|Images)|Getty(?: Images)?|Bloomberg|NurPhoto|Alamy|Shutterstock"
        r"|iStock|Press Association|UPI|Kyodo|Yonhap|PTI|ANI|EFE|Lusa|Keystone|TT|NTB|Ritzau|CP|The Canadian Press)",
        "a news or picture agency, as credits name it",
    ),
    "@reported": Fragment(
        r"(?:said|says?|told|tells|wrote|writes|warned|warns|ruled|argued|argues|admitted|joked|claimed|claims|reminded"
        r"|reported|according to|courts?|judges?|regulators?|prosecutors?|police|spokes\w{3,6}|lawyers?|inquiry"
        r"|ministers?|sag(?:t|en|te|ten)|warn(?:t|en|te|ten)|klag(?:t|en|te|ten)|schr(?:eibt|ieb)|urteilte|entschied"
        r"|h(?:ei|ie)ß es|gericht|dij(?:o|eron)|dicen?|denunci(?:ó|a|aron)|advirtió|afirm(?:ó|a|an|ou)|tribunal"
        r"|diss(?:e|eram)|dit-(?:il|elle)|a (?:dit|jugé|estimé)|avertit|affirme|ha detto|garante|giudic[ei]"
        r"|zeg(?:t|gen)|zei|rechter|powiedzia\w{1,4}|mówi|uznał\w?|sąd\w{0,3}|twierdzi|сказал\w?|рассказал\w?"
        r"|сообщ(?:ил\w?|ает|ают)|заявил\w?|решил\w?|признал\w?|предупрежда\w{2,3}|суд\w{0,2}|сказа(?:в|ла|ў)|повідоми\w{1,2}"
        r"|паведамі\w{1,2}|заяви(?:в|ла)|заявіў|вирішив|визнав)",
        "a word that reports what somebody said or decided, in eleven languages; notices have no such word",
    ),
}
_NAME = re.compile(rf"(?:{'|'.join(FRAGMENTS)})\b")
_VERBOSE = re.compile(r"\s*\(\?\w*x")


def written_out(regex: str | Sequence[str]) -> str:
    """Return a regex, given as a string or as a list of alternatives, in one line and with its fragments expanded.

    >>> written_out(["Read more", "@agency"]).startswith("(?:Read more|(?:AFP|AP")
    True
    >>> written_out("\\n  Read (?:more\\n    |also)\\n")
    'Read (?:more|also)'
    """
    lines = [_in_one_line(one) for one in ([regex] if isinstance(regex, str) else regex)]
    joined = lines[0] if len(lines) == 1 else f"(?:{'|'.join(lines)})"
    return _NAME.sub(lambda name: FRAGMENTS[name[0]].regex, joined)


def _in_one_line(regex: str) -> str:
    """Join the lines of a regex, without the blanks at their ends; a verbose regex, `(?x)`, keeps its lines."""
    if "\n" not in regex or _VERBOSE.match(regex):
        return regex
    return "".join(line.strip() for line in regex.split("\n"))
