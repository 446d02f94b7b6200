"""Names of authors, from what sources and pages say: without "By", addresses and job titles; each author once."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from etl.fold import fold
from etl.lazy_regex import lazy

# Where the name is from: a field of the source ("given"), the markup of a page ("marked"), or the text that a page
# shows. Shown text may be more than a name, so a name in it has two words or more, all with capitals except particles.
Trust = Literal["given", "marked", "shown"]

# Characters and words of the longest name: "Maria da Conceição Tavares de Oliveira e Silva".
MAX_CHARS, MAX_WORDS = 60, 8
# Characters of the longest word in lower case that ends a name: "jr.", "hijo".
MAX_PARTICLE = 4
# Characters of what is said of authors.  A longer text is no list of them, and looking for addresses takes n².
MAX_SAID = 4_000

# "By" in the languages of the packs: in Latin and Cyrillic letters, in other scripts, and with a colon or a slash
# behind it.
_BY_WORDS = r"by|von|par|por|di|door|af|av|przez|rozmawia(?:ł[ai]?|li)|autor(?:in|a)?|auteur|authors?|autore|автор"
_BY_SIGNS = r"بقلم|كتبت?|מאת|记者|記者|作者|글(?=\s+[가-힣]{3}$)"
_BY_LABELS = (
    r"haber|yazan|yazar|oleh|penulis|pewarta|reporter|tekst|texto|текст|redacción|írta|szerző|γράφει|συντάκτης|συντάκτρια|(?:取材・)?文|기자|글|teksti?|toimittaja|kirjoittaja"
    r"|tác giả|लेखक|piše|avtor|autorius|autors"
)
# Words before "by": "Publié par", "Geschrieben von".
_WRITTEN = (
    r"publié|posté|écrit|rédigé|propos recueillis|publicado|escrito|redactado|pubblicato|scritto|geschrieben|verfasst"
    r"|veröffentlicht|erstellt|eingestellt|geschreven|geplaatst|gepubliceerd|skrevet|skriven|publisert|publicerad"
)
# Words for the text that somebody wrote, such as "story".
_WORKS = (
    r"(?:(?:an?|eine?|une?|una?|een|en|ett)\s+)?(?:article|artikel|artículo|artigo|articolo|report|analys[ei]s?|análisis|analisi|opinion|photos?|updated"
    r"|reviewed|review|interview|compiled|guest (?:post|column|essay)|essay|column|commentary|perspective|kommentar"
    r"|gastbeitrag|kolumne|reportage|bericht|porträt|rezension|leitartikel|entretien(?: réalisé)?|tribune|chronique"
    r"|texte|récit|enquête|critique|entrevista|reportaje|crónica|texto|columna|intervista|opinie)"
)
# What a link to the other stories of an author says before the name.
_OTHER_WORKS = (
    r"(?:(?:view|see|read|show|ver|voir) )?(?:more|all|other|weitere|mehr|alle|m[áa]s|todos|tous|plus|altri|tutti|mais"
    r"|meer|mer)(?: (?:the|les|los|gli|os))?(?: d['’e] ?)?"
    r"(?: ?(?:posts?|articles?|stories|artikel|beiträge|art[íi]culos|articoli|artigos))?"
    r" (?:by|from|von|de|di|van|av)\s+"
)
# That, and what templates print before a name.
_BY = lazy(
    rf"^(?:{_OTHER_WORKS})?"
    rf"(?:{_WORKS}\s+(?:(?:{_WRITTEN})\s+)?(?:by|von|par|por|door|av|af|di|de|van|da)\b\s*:?\s+|as told to\s+)?"
    rf"(?:(?:{_WRITTEN})\s+(?=(?:{_BY_WORDS})\b))?"
    r"(?:(?:written|posted|published|reported|reporting|story|words|text|redacción|от|نویسنده|oleh(?=\s+\S+\s+\S)"
    rf"|{_BY_WORDS}|{_BY_SIGNS})\b\s*:?\s+(?=\S)"
    rf"|(?:{_BY_LABELS}|by|von|par|por|记者|記者|作者)\s*[:：/／・]\s*|γράφ(?:ει|ουν)\s+(?:ο|η|οι)\s+)*",
    re.IGNORECASE,
)
# Those of these words that are followed by a name, not by a day: "Posted by", but not "Posted".
_NAMING = lazy(
    rf"(?:\b(?:oleh|{_BY_WORDS})|γράφ(?:ει|ουν)\s+\w+|{_BY_SIGNS})\W*$"
    rf"|\b(?:text|words|story|{_BY_LABELS})\s*[:：/／・]\s*$|\bte(?:kst|xto?)\s+(?:av|de)\s*$",
    re.IGNORECASE,
)
_ADDRESS = lazy(r"(?:https?:)?//\S+|www\.\S+|(?<!\S)(?:\S+@\S+\.\w+|\S+\.(?:com|org|net)/\S*)")
# As feeds and mail write it: "jane@example.org (Jane Roe)", "Jane Roe <jane@example.org>".
_MAILBOX = lazy(r"[^\s@<>()]+@[^\s@<>()]+ ?\((?P<behind>[^()@]+)\)|(?P<before>[^<>@]+?) ?<[^<>@\s]+@[^<>@\s]+>")
# As catalogues write it: "Roe, Jane Mary".
_INVERTED = lazy(r"(?P<family>[A-ZÀ-Þ][\w'’-]+), (?P<given>[A-ZÀ-Þ][\w.'’-]*(?: [\w.'’-]+){0,2})")
# What a template prints behind a name: the time, and the newspaper.
_BEHIND = lazy(
    r"\s*(?:[|·•–—-]\s*)?\b(?:(?:last )?updated|published|posted|min(?:ute)? read)\b.*$"
    r"|\s+for (?:the )?(?:mail ?online|daily ?mail(?:\.com| australia)?|mail on sunday|[\w-]+\.com)\b",
    re.IGNORECASE,
)
# And behind the authors of the text: the photographer, and the editor.
_PICTURED = lazy(
    r"\s*[.,;|/]?\s+(?:editing|edited|additional reporting|pictures?|photos?|photographs?|photography|illustrations?"
    r"|images?|fotos?|bilder)"
    r"\s*(?:by\b|[:：]).*$",
    re.IGNORECASE,
)
_FOR = lazy(r"\s+(?:for|at|of)\s+(?P<paper>[^,;|]+)$", re.IGNORECASE)
# "e" and "en" also occur within names: they separate two names only before a name of two words.
_BETWEEN = lazy(
    r"\s*[;|•·、]\s*|(?<=\w)/(?=[A-ZÀ-Þ])|\s*&\s*|\s+(?i:and|und|et|y|og|och|и)\s+"
    r"|\s+(?:e|en)\s+(?=[A-ZÀ-Þ]\S*\s+[A-ZÀ-Þ])"
)
# A comma is followed by another name, or by the job of the first one.
_COMMA = lazy(r"\s*,\s*")
_OFFICE = lazy(
    r"(?:[\w'’&-]+ ){0,4}(?:reporter|editor|correspondent|writer|journalist|columnist|contributor|producer|staff"
    r"|desk|bureau|redakteur(?:in)?|redaktion|journaliste|periodista|redactora?|giornalista)s?"
    r"(?: (?:in|at|for|of) .{2,40})?",
    re.IGNORECASE,
)
_ROLE = lazy(
    r"\b(?:reporter|writer|editor|edited|correspondent|staff|journalist|columnist|contributor|producer|chief|senior|bureau|"
    r"news|desk|redakt|korrespond|redac|special|business|political|sports?|photographer|analyst|professor|phd|md"
    r"|manager|director|founder|ceo|lecturer|strategist|researcher|scientist)\b",
    re.IGNORECASE,
)
_NO_NAME = lazy(r"[/@<>{}=_#\d]|https?:|www\.|\.(?:com|org|net|co)\b", re.IGNORECASE)
# Korean and Chinese names are one word, and Korean papers write "reporter" behind them.
_ONE_WORD = lazy(r"[가-힣]{2,4}|[\u4e00-\u9fff]{2,4}")
_TITLE_BEHIND = lazy(r"\s*(?:기자|특파원|記者|记者)$")
_NO_PERSON = frozenset(
    (
        *("관리자", "편집부", "편집국", "운영자", "管理员", "编辑部", "未知", "佚名"),
        *("編輯部", "管理人", "編集部", "小编", "匿名"),
    )
)
# "Jane Roe | Port Harwick | 3.2.2026": a part behind the names is not a name if a day follows.
_WITH_DAY = lazy(r"\|.*\d|\d.*\|")
# "unserer Redakteurin Anke Beek", "staff writer Jane Roe": words for a job before a name of two words.
_ROLE_BEFORE = lazy(
    r"^(?:(?:our|unser(?:e[mnr]?)?|notre|nuestr[oa]|nostr[oa]|onze)\s+)?(?:(?:staff|senior|special|guest|chief)\s+)?"
    r"(?:reporter(?:in)?|writer|correspondent|redakteur(?:in)?|korrespondent(?:in)?|mitarbeiter(?:in)?|journalistin"
    r"|correspondante?|corresponsal|redactora?|inviat[oa]|redattore|redattrice|redacteur|verslaggever)"
    r"\s+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_HANDLE = lazy(r"(?<!\S)@\w+")
_PAREN = lazy(r"(?<=\S)\s*\([^)]*\)?\s*$")
_TAIL = lazy(r"\s+(?:for|in|at|from|on|avec|mit)\s.*$|\s*[–—:|].*$|(?:\s+-|-\s).*$", re.IGNORECASE)


def names_of(said: Iterable[str], trust: Trust, publishers: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names in a text about authors, each once.

    `publishers` are the folded names of publishers, which are removed from a name unless they stand alone.

    >>> names_of(["By Marta Oake and Iris Holm"], "marked"), names_of(["/staff/marta-oake"], "marked")
    (('Marta Oake', 'Iris Holm'), ())
    >>> names_of(["By Jane Roe For Mailonline, Political Editor"], "given"), names_of(["NPR"], "given", {"npr"})
    (('Jane Roe',), ('NPR',))
    """
    names = tuple(dict.fromkeys(name for text in said for name in _names(text, trust, publishers)))
    if trust != "given":
        return names
    persons = tuple(name for name in names if fold(name) not in publishers and not _OFFICE.fullmatch(name))
    return persons or names[:1]


def begins_byline(line: str) -> bool:
    """Return whether a line begins with a word such as "By", and more text follows.

    >>> begins_byline("Von Marta Oake"), begins_byline("By Marta"), begins_byline("Marta Oake")
    (True, True, False)
    """
    match = _BY.match(line)
    return bool(match and match.end() < len(line) and _NAMING.search(match[0]))


def with_office(line: str) -> str:
    """Return the name in a line that is a name and what its bearer does; "" if it is not.

    >>> with_office("Marta Oake, Crime Correspondent"), with_office("Marta Oake, Harwick"), with_office("News, editor")
    ('Marta Oake', '', '')
    """
    name, comma, office = line.partition(",")
    names = _names(name, "shown", ()) if comma and _OFFICE.fullmatch(office.strip()) else iter(())
    return next(names, "")


def upright(name: str) -> str:
    """Return a name that a catalogue may have written with the family name first.

    >>> upright("Roe, Jane M."), upright("Beek, Jan van der"), upright("Jane Roe, Iris Holm")
    ('Jane M. Roe', 'Jan van der Beek', 'Jane Roe, Iris Holm')
    """
    match = _INVERTED.fullmatch(name.strip())
    return f"{match['given']} {match['family']}" if match else name


def _names(text: str, trust: Trust, publishers: Collection[str]) -> Iterator[str]:
    if trust != "given" and "\n" in text.strip():  # one per line: names, or a name and a job
        for line in text.split("\n"):
            yield from _names(line, trust, publishers)
        return
    text = " ".join(text.split())
    if len(text) > MAX_SAID:
        yield from [text] if trust == "given" else ()
        return
    if mailbox := _MAILBOX.fullmatch(text):
        text = mailbox["behind"] or mailbox["before"]
    text = _PICTURED.sub("", text)
    text = _ADDRESS.sub(" ", text)
    text = _BEHIND.sub("", text) if trust == "given" else _HANDLE.sub("", text)
    if trust == "shown" and _WITH_DAY.search(text):
        yield from next(filter(None, (tuple(_names(part, trust, publishers)) for part in text.split("|"))), ())
        return
    for part in _BETWEEN.split(_BY.sub("", text.strip())):
        for at, piece in enumerate(_COMMA.split(part)):
            name = _name(piece, trust, publishers)
            if _is_name(name, trust, at > 0):
                yield name


def _name(piece: str, trust: Trust, publishers: Collection[str]) -> str:
    name = _BY.sub("", _PAREN.sub("", piece.strip()).strip(" -–—()[]<>:【】（）→»›"))
    if trust != "given":
        name = _ROLE_BEFORE.sub("", _TITLE_BEHIND.sub("", name))
    if trust == "shown":
        return _TAIL.sub("", name).strip(" .,")
    paper = _FOR.search(name)
    if trust == "given" and paper and (fold(paper["paper"]) in publishers or _OFFICE.fullmatch(paper["paper"])):
        name = name[: paper.start()]
    return name if trust == "given" else name.strip(" .,")


def _is_name(name: str, trust: Trust, is_behind_comma: bool) -> bool:
    words = name.split()
    if not any(sign.isalpha() for sign in name):
        return False
    if trust == "given":
        return True
    if len(name) > MAX_CHARS or len(words) > MAX_WORDS or _NO_NAME.search(name):
        return False
    if trust == "marked" and not is_behind_comma:
        return True
    if _ONE_WORD.fullmatch(name):
        return name not in _NO_PERSON
    ends = (words[0], words[-1])  # of "sent to Port Harwick", "Roe of Harwick reports"
    if len(words) > 2 and any(len(word) > MAX_PARTICLE and word.islower() for word in ends):
        return False
    capitals = sum(not word[:1].islower() for word in words)
    return 2 <= len(words) <= 5 and capitals >= max(2, len(words) - 2) and not _ROLE.search(name)
