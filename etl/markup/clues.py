"""Collect, while a page is parsed, what it says about itself: head, microdata, bylines, times, style sheet."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from etl.markup.elements import HIDING, INVISIBLE
from etl.markup.layout import Clue
from etl.markup.linked_data import told
from etl.markup.naming import named_clue
from etl.markup.page_state import FLIGHT, is_state
from etl.markup.time_labels import begins_updated, ends_updated

# Elements whose text is collected, even without attributes.
TEXTS = frozenset(("title", "style", "time"))
# Types of scripts that may contain the state of a page.
STATES = frozenset(("", "application/json", "application/javascript", "text/javascript"))
# Elements whose clue is in their attributes.
TOLD_BY_ATTRIBUTES = frozenset(("meta", "link", "html"))
# Words in the class of a time of publication, and of a time of change.
_PUBLISHED = re.compile(r"(?<![a-z])(?:published|publication|pub-?date)(?![a-z])", re.IGNORECASE)
_MODIFIED = re.compile(r"(?<![a-z])(?:updated?|modified|edited|revised)(?![a-z])", re.IGNORECASE)

# A date in the title of an element that shows "3 hours ago".
_ISO_DAY = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Characters before a time in which a word such as "Updated:" is searched.
_LABEL_CHARS = 40

# Attributes of dates with a Unix time, and its digits.
EPOCHS, EPOCH_DIGITS = ("data-timestamp", "data-time", "data-date", "data-datetime", "data-epoch"), (10, 13)
# Elements that may always be a clue, and attributes (beside the class) with which any element may be one.
LISTENED = TEXTS | TOLD_BY_ATTRIBUTES | {"script", "a"}
TELLING = frozenset(("itemprop", "rel"))
# Attributes of a <meta> that name its content.
META_KEYS = ("property", "name", "itemprop", "http-equiv")
# Properties of microdata that are used.  A name within an author is the name of the author.
PROPERTIES = frozenset(
    ("author", "creator", "name", "givenname", "familyname", "headline", "datepublished", "publisher", "articlebody")
)
NAMED = ("itemprop author", "itemprop publisher")
# The clue of a date by its class.  A <meta name="date"> has the clue "date": it belongs to this page, not to a teaser.
SHOWN_DATE = "shown date"
TIMES = ("time published", "time", SHOWN_DATE)
BYLINES = ("byline", "rel author", "itemprop author", "itemprop name")
# Addresses of the first page of a site, and of the page of an author.
_HOME = re.compile(r"/|https?://[^/]*+/*+|(?:https?://[^/]*+)?/?(?:index|default|home)\.[a-z]{3,5}", re.IGNORECASE)
AUTHOR_FOLDERS = frozenset(
    (
        *("author", "authors", "autor", "autore", "autoren", "autores", "autori", "auteur", "auteurs", "user", "users"),
        *("profile", "profiles", "staff", "journalist", "journalists", "reporter", "reporters"),
        *("columnist", "columnists", "contributor", "contributors"),
    )
)
_AUTHOR = re.compile(
    rf"/(?:{'|'.join(sorted(AUTHOR_FOLDERS))})/(?!log-?(?:in|out)|sign-?|register|password)[^/?#]{{3,}}/?$",
    re.IGNORECASE,
)
# The most characters of a byline, a date or a title, and of a script or style sheet, that are collected.
MAX_TEXT, MAX_SCRIPT = 500, 2_000_000
# The least characters of a script that may contain a story.
MIN_STATE = 300
# The most nested elements that are collected at a time, and of a whole page.
MAX_OPEN, MAX_CLUES = 6, 2_000

# Linked data about the text contains one of these words.
TELLING_TEXT = (
    *("articleBody", "LiveBlogPosting", "isAccessibleForFree", "ngredient", "recipeInstructions", "HowTo", "Answer"),
)
# Words at the beginning of the title of a live blog, or in it.
_LIVE = re.compile(
    r"^\W*(?:live|en direct|direct|en directo|en vivo|ao vivo|na żywo|canlı|онлайн|онлайн-трансляция|live!)\s*[:|–—-]"
    r"|(?<!\w)(?:live-?blog|live-?ticker|live updates?|as it happened|minuto a minuto|minute par minute|liveverslag"
    r"|relacja na żywo|liverapport|текстовая трансляция|直播|ライブ更新|실시간 중계)(?!\w)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};@]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
# A word in each declaration that hides, which is found four times as fast.
_NOT_SHOWN = re.compile(r":\s*(?i:none|hidden)")
_SIMPLE_SELECTOR = re.compile(r"[.#][\w-]+")
# Names of clues for the language, the most reliable first.
LANGUAGES = ("lang", "og:locale", "content-language")
# The clues of a page by name, each in the order of the page.
Clues = Mapping[str, Sequence[Clue]]


class Said(Struct, frozen=True, gc=False):
    """What a page says about its story, and the places of the lines that are marked up as bylines and dates.

    `parts` are ingredients, steps and answers of a guide, as its JSON-LD has them.
    """

    title: str = ""
    description: str = ""
    body: str = ""
    is_paywalled: bool = False
    is_live: bool = False
    parts: tuple[str, ...] = ()
    bylines: frozenset[int] = frozenset()
    dates: frozenset[int] = frozenset()


class Listener:
    """What a page says about itself, as clues, and the classes and ids that its style sheet hides."""

    def __init__(self) -> None:
        self.clues: list[Clue] = []
        self.unseen: set[str] = set()
        self.unseen_classes: set[str] = set()
        # Caches: whether a value of "class" is a clue, and all attributes by which an element may be hidden.
        self.hides_class: dict[str, bool] = {}
        self.hiding = HIDING
        # Open elements whose text is collected: depth, name of the clue, line, text.
        self.listening: list[tuple[int, str, int, list[str]]] = []
        # Whether an element just ended, and then whether another one began behind it.
        self.ended = self.parted = False

    def start(self, tag: str, attributes: Mapping[str, str], depth: int, line: int, before: Sequence[str] = ()) -> None:
        """Record an element: at once if the clue is in its attributes, at its end if it is in its text.

        `before` is the text before it in its line: "Updated:" before a time.
        """
        attributes = attributes or {}  # without attributes, lxml gives a mapping with a slow `get`
        if tag in TOLD_BY_ATTRIBUTES:
            self._note_attributes(tag, attributes, line)
        elif (
            attributes.get("itemprop") == "name"
            and self.listening
            and self.listening[-1][1].removeprefix("in ") in NAMED
        ):
            around, name, at, heard = self.listening.pop()
            name = name.removeprefix("in ")
            self.listening += [(around, f"in {name}", at, heard), (depth, name, line, [])]
        elif name := _clue_name(tag, attributes):
            if name in TIMES and ends_updated("".join(before[-_LABEL_CHARS:])[-_LABEL_CHARS:]):
                name = "time modified"
            title = attributes.get("title", "")
            said = (
                attributes.get("content")
                or attributes.get("datetime")
                or (title if tag == "abbr" or _ISO_DAY.match(title) or (tag == "time" and _YEAR.search(title)) else "")
                or (_epoch(attributes) if name in TIMES else "")
            )
            if said:
                self._note(name, said.strip(), line)
            elif len(self.listening) < MAX_OPEN:
                self.listening.append((depth, name, line, []))

    def hides(self, attributes: Mapping[str, str]) -> bool:
        """Return whether the style sheets so far hide the class or id of an element."""
        if "class" in attributes:
            named = attributes["class"]
            if named not in self.hides_class:
                self.hides_class[named] = not self.unseen_classes.isdisjoint(named.split())
            if self.hides_class[named]:
                return True
        return "id" in attributes and f"#{attributes['id']}" in self.unseen

    def data(self, text: str) -> None:
        """Collect text.  Words in two elements that only a style sheet sets apart are put in two lines."""
        is_parted, self.ended, self.parted = self.parted, False, False
        for _, name, _, heard in self.listening:
            if is_parted and name in BYLINES and heard and heard[-1][-1:].isalpha() and text[:1].isalpha():
                heard.append("\n")
            heard.append(text)

    def end(self, depth: int) -> None:
        """Record the clues of the elements that end here."""
        self.ended = True
        while self.listening and self.listening[-1][0] >= depth:
            _, name, line, heard = self.listening.pop()
            text = "".join(heard).strip()
            if name == "style":
                if hidden := unseen(text):
                    self.unseen |= hidden
                    self.unseen_classes.update(name[1:] for name in hidden if name[0] == ".")
                    self.hides_class = {}
                    self.hiding = HIDING | {"class", "id"}
            elif name.startswith("in "):  # other text around the name, such as a job
                continue
            elif name == "state":
                is_told = len(text) >= MIN_STATE and (text[0] in "{[" or is_state(text))
                if len(text) <= MAX_SCRIPT and (is_told or text.startswith(FLIGHT)):
                    self._note(name, text, line)
            elif text and len(text) <= (MAX_SCRIPT if name.startswith("script") else MAX_TEXT):
                is_updated = name in TIMES and begins_updated(text)
                self._note("time modified" if is_updated else name, text, line)

    def _note(self, name: str, content: str, line: int) -> None:
        if content and len(self.clues) < MAX_CLUES:
            self.clues.append(Clue(name, content, line))

    def _note_attributes(self, tag: str, attributes: Mapping[str, str], line: int) -> None:
        if tag == "link":
            self._note(f"link {attributes.get('rel', '').lower()}", attributes.get("href", "").strip(), line)
        elif tag == "html":
            self._note("lang", (attributes.get("lang") or attributes.get("xml:lang", "")).strip(), line)
        else:
            content = attributes.get("content", "").strip()
            for key in META_KEYS:
                if key in attributes:
                    self._note(attributes[key].strip().lower(), content, line)
            if attributes.get("itemprop") == "name" and self.listening and self.listening[-1][1] in NAMED:
                self.listening[-1][3].append(content)


def _epoch(attributes: Mapping[str, str]) -> str:
    """Return the Unix time in an attribute, which scripts show to readers in words; "" if there is none."""
    values = (attributes[name] for name in EPOCHS if name in attributes)
    return next((value for value in values if value.isdecimal() and len(value) in EPOCH_DIGITS), "")


def may_be_clue(attributes: Mapping[str, str]) -> bool:
    """Return whether any element with these attributes may be a clue."""
    return ("class" in attributes and bool(named_clue(attributes["class"]))) or not TELLING.isdisjoint(attributes)


def _clue_name(tag: str, attributes: Mapping[str, str]) -> str:
    """Return the name of the clue in the text of an element; "" if it is none."""
    if tag == "script":
        kind = attributes.get("type", "").lower()
        return f"script {kind}" if "ld+json" in kind else "state" if kind in STATES and "src" not in attributes else ""
    if tag in TEXTS:
        return _time_name(attributes) if tag == "time" else tag
    if "itemprop" in attributes and (said := attributes["itemprop"].lower()) in PROPERTIES:
        return f"itemprop {said}" if said != "articlebody" else ""
    if "rel" in attributes and attributes["rel"] == "author":
        return "rel author"
    named = named_clue(attributes["class"]) if "class" in attributes else ""
    if not named and tag == "a":
        return led_to(attributes.get("href", ""))
    return SHOWN_DATE if named == "date" else named


def _time_name(attributes: Mapping[str, str]) -> str:
    """Return the name of the clue of a <time>.

    >>> [_time_name(one) for one in ({"itemprop": "datePublished"}, {"class": "entry-date published"}, {})]
    ['time datepublished', 'time published', 'time']
    """
    named = attributes.get("class", "")
    if _PUBLISHED.search(named) or "pubdate" in attributes:
        return "time published"
    if _MODIFIED.search(named):
        return "time modified"
    return f"time {attributes['itemprop'].lower()}" if "itemprop" in attributes else "time"


def led_to(href: str) -> str:
    """Return the clue of a link by its address: "home", "author link"; "" if it is neither.

    >>> [led_to(href) for href in ("/", "https://www.example.org/", "index.php", "/news/", "/author/jane-roe/")]
    ['home', 'home', 'home', '', 'author link']
    """
    if _HOME.fullmatch(href):
        return "home"
    folder = href.strip().rstrip("/").rpartition("/")[0].rpartition("/")[2]
    return "author link" if folder.casefold() in AUTHOR_FOLDERS and _AUTHOR.search(href) else ""


def unseen(style: str) -> frozenset[str]:
    """Return the classes and ids that a style sheet hides by a single name on all screens.

    >>> sorted(unseen(".a, #b {display: none} .c .d {display: none} @media print {.e {display: none}}"))
    ['#b', '.a']
    """
    found: set[str] = set()
    if len(style) > MAX_SCRIPT or not INVISIBLE.search(style):
        return frozenset()
    style = _AT_RULE.sub("", _COMMENT.sub("", style))
    opening, at = -1, 0
    for match in _NOT_SHOWN.finditer(style):  # most style rules hide nothing, so only those that do are read
        opens, closes = style.rfind("{", at, match.start()), style.rfind("}", at, match.start())
        opening = opens if opens > closes else -1 if closes >= 0 else opening
        hides = opening >= 0 and INVISIBLE.search(style, max(opening, at), match.end())
        at = match.end()
        if hides:
            before = style.rfind("{", 0, opening)
            selectors = style[max(before, style.rfind("}", before + 1, opening)) + 1 : opening]
            opening = -1  # its selectors are read once
            found.update(name for part in selectors.split(",") if _SIMPLE_SELECTOR.fullmatch(name := part.strip()))
    return frozenset(found)


def said_of(clues: Sequence[Clue]) -> Said:
    """Return the clues of a page for the page model."""
    first: dict[str, str] = {}
    for clue in clues:
        first.setdefault(clue.name, clue.content)
    scripts = (clue.content for clue in clues if clue.name.startswith("script "))
    linked = told(script for script in scripts if any(word in script for word in TELLING_TEXT))
    return Said(
        title=first.get("og:title") or first.get("title", ""),
        description=max(first.get("og:description", ""), first.get("description", ""), key=len),
        body=linked.body,
        is_paywalled=linked.is_paywalled,
        is_live=linked.is_live or bool(_LIVE.search(first.get("og:title") or first.get("title", ""))),
        parts=linked.parts,
        bylines=frozenset(clue.line for clue in clues if clue.name in BYLINES),
        dates=frozenset(clue.line for clue in clues if clue.name in (*TIMES, "time modified")),
    )


def texts_of(by_name: Clues, names: Iterable[str]) -> Iterator[str]:
    """Return the texts of the clues with these names, in the order of the names."""
    return (clue.content for name in names for clue in by_name.get(name, ()) if clue.content)
