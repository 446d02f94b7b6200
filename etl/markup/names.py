"""Names of authors out of what pages say: no "By", no roles, no paths, no addresses; one author, one name."""

import re
from collections.abc import Iterable, Iterator

# Characters and words of the longest name: "Maria da Conceição Tavares de Oliveira e Silva".
MAX_CHARS, MAX_WORDS = 60, 8

_BY = re.compile(
    r"^(?:(?:written|posted|published|reported|story|words|text|von|par|por|di|da|door|af|av|przez|autor(?:in|a)?|"
    r"auteur|author|autore|redacción|автор|от|by|reporting)\b\s*:?\s+)+(?:by\s+)?|^(?:by|von|par|por)\s*:\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:;|\||•|·|\n|\band\b|\bund\b|\bet\b|\by\b|\bи\b|&|、)\s*", re.IGNORECASE)
# Behind a comma stands another name or what the first one does.
_COMMA = re.compile(r"\s*,\s*")
_ROLE = re.compile(
    r"\b(?:reporter|writer|editor|correspondent|staff|journalist|columnist|contributor|producer|chief|senior|bureau|"
    r"news|desk|redakt|korrespond|redac|special|business|political|sports?|photographer|analyst|professor|phd|md)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"[/@<>{}=_#\d]|https?:|www\.|\.(?:com|org|net|co)\b", re.IGNORECASE)
_PAREN = re.compile(r"\s*\([^)]*\)?\s*$")
_TAIL = re.compile(r"\s+(?:for|in|at|from|on|updated|published|posted)\s.*$|\s*[-–—:|].*$")


def author_names(said: Iterable[str], is_shown: bool = False) -> str:
    """Return the names in what pages say of authors, each once, joined by semicolons.

    What is shown to readers may be more than a name: there a name has two words or more, each but particles capital.

    >>> author_names(["By Marta Oake and Iris Holm"]), author_names(["/staff/marta-oake"]), author_names(["Reuters"])
    ('Marta Oake; Iris Holm', '', 'Reuters')
    """
    return "; ".join(dict.fromkeys(name for text in said for name in _names(text, is_shown)))


def _names(text: str, is_shown: bool) -> Iterator[str]:
    text = " ".join(text.split())
    for part in _BETWEEN.split(_BY.sub("", text)):
        pieces = _COMMA.split(part)
        for at, piece in enumerate(pieces):
            name = _BY.sub("", _PAREN.sub("", piece)).strip(" .,-–—:")
            name = _TAIL.sub("", name) if is_shown else name
            if _is_name(name, is_shown or at > 0) and not (at and _ROLE.search(name)):
                yield name


def _is_name(name: str, is_strict: bool) -> bool:
    words = name.split()
    if not words or len(name) > MAX_CHARS or len(words) > MAX_WORDS or _NO_NAME.search(name):
        return False
    if not is_strict:
        return any(sign.isalpha() for sign in name)
    capitals = sum(word[:1].isupper() or not word[:1].isascii() for word in words)
    return 2 <= len(words) <= 5 and capitals >= len(words) - 2 and capitals >= 2 and not _ROLE.search(name)
