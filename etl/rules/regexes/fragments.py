"""Regexes that people can read: a list of alternatives, and `@names` for what many rules ask for.

Both are written out when a pack is loaded.  `@publisher` is another matter: it hangs on the text (see `publishers`).
"""

import re
from collections.abc import Sequence

from msgspec import Struct


class Fragment(Struct, frozen=True):
    """What a name in a regex stands for, and what that matches, for the manual."""

    regex: str
    matches: str


_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
FRAGMENTS = {
    "@sentence": Fragment(
        r"""(?:(?<=[.!?…。] )|(?<=[.!?…。]["')] )|(?<=[。！？]))""",
        "the position after the end of a sentence, in any language: only what follows the sentence is cut",
    ),
    "@name": Fragment(
        r"(?:[A-Z][\w.'-]{0,24}(?: (?:de|del|der|van|von|di|da|al|bin|la|le))?(?: [A-Z][\w.'-]{0,24}){1,3})",
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
}
_NAME = re.compile(rf"(?:{'|'.join(FRAGMENTS)})\b")


def written_out(regex: str | Sequence[str]) -> str:
    """Return a regex, given as one or as a list of alternatives, with its fragments written out.

    >>> written_out(["Read more", "@agency"]).startswith("(?:Read more|(?:AFP|AP")
    True
    """
    joined = regex if isinstance(regex, str) else regex[0] if len(regex) == 1 else f"(?:{'|'.join(regex)})"
    return _NAME.sub(lambda name: FRAGMENTS[name[0]].regex, joined)
