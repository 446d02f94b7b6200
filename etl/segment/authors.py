"""Authors as sources write them -> names: without "By", addresses, offices and the papers they write for."""

import re
from collections.abc import Collection

from etl.fold import fold

# "By" in the languages of the packs, and what templates print before a name.
_BY = re.compile(
    r"^(?:(?:written|posted|reported|story|words|text|article|report|analysis|opinion|photos?|updated|reviewed) by"
    r"|by|von|par|por|di|door|af|av|przez|written|author|authors|autor|autora|auteur|autore|автор)\b ?:? +(?=\S)|^by:",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?:)?//\S+|www\.\S+|\S+@\S+\.\w+|\S+\.(?:com|org|net)/\S*")
# What a template prints behind a name: when, and for whom.
_BEHIND = re.compile(
    r"\s*(?:[|·•–—-]\s*)?\b(?:(?:last )?updated|published|posted|min(?:ute)? read)\b.*$"
    r"|\s+for (?:the )?(?:mail ?online|daily ?mail(?:\.com| australia)?|mail on sunday|[\w-]+\.com)\b",
    re.IGNORECASE,
)
_FOR = re.compile(r"\s+(?:for|at|of)\s+(?P<paper>[^,;|]+)$", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[,;|/]\s*|\s+(?:and|&|und|et|y|e|en|og|och|и)\s+")
_OFFICE = re.compile(
    r"(?:[\w'’&-]+ ){0,4}(?:reporter|editor|correspondent|writer|journalist|columnist|contributor|producer|staff"
    r"|desk|bureau|redakteur(?:in)?|redaktion|journaliste|periodista|redactora?|giornalista)"
    r"(?: (?:in|at|for|of) .{2,40})?",
    re.IGNORECASE,
)


def author_names(text: str, publishers: Collection[str]) -> str:
    """Return the names of the authors, parted by commas, or by semicolons where the source has them; "" if none.

    `publishers` are the folded names of publishers: who writes for one is named without it, unless it stands alone.

    >>> author_names("By Jane Roe For Mailonline", {"reuters"}), author_names("https://www.facebook.com/bbcnews", {})
    ('Jane Roe', '')
    """
    text = _BEHIND.sub("", _ADDRESS.sub(" ", " ".join(text.split())))
    parts = [_name(part, publishers) for part in _SEPARATOR.split(text)]
    names = list(dict.fromkeys(part for part in parts if part))
    persons = [name for name in names if fold(name) not in publishers and not _OFFICE.fullmatch(name)]
    return ("; " if ";" in text else ", ").join(persons or names[:1])


def _name(part: str, publishers: Collection[str]) -> str:
    name = _BY.sub("", part.strip(" -–—()[]<>")).strip()
    if not any(character.isalpha() for character in name):
        return ""
    paper = _FOR.search(name)
    if paper and (fold(paper["paper"]) in publishers or _OFFICE.fullmatch(paper["paper"])):
        name = name[: paper.start()]
    return name
