"""Names of the fields of articles in programs and APIs. docs/formats.md shows these tables.

A name with dots is a path: "fields.body" is `body` in the object `fields`.  Case, spaces, hyphens and underscores do
not count: `publishedAt` is also published_at and "Published At".  The first name with a usable value is used, and its
field is then not in `metadata`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count

# trafilatura, newspaper4k, news-please, fundus, datatrove, OSCAR (`content`), schema.org, NewsAPI, the Guardian's and
# WordPress's interface, JSON Feed, Arc, TREC's and Kaggle's sets, XSum (`document`).
TEXT_NAMES = (
    *("text", "content", "body", "article", "maintext", "articleText", "articleBody", "plaintext", "mainText"),
    *("fullText", "cleanText", "cleanedText", "textContent", "contentText", "bodyText", "articleContent", "newsText"),
    *("fields.bodyText", "story", "rawText", "rawContent", "pageContent", "contents", "contentElements"),
    *("paragraphs", "postContent", "document", "markdown"),
)
HTML_NAMES = (
    *("html", "rawHtml", "contentHtml", "bodyHtml", "articleHtml", "htmlContent", "fields.body", "html.content"),
    *("summaryHtml", "pageHtml"),
)
# Names of teasers, which are tried last; the longest one is used.
TEASER_NAMES = ("summary", "description", "excerpt", "lead", "abstract", "snippet", "leadParagraph", "shortDescription")

FACT_NAMES: dict[str, tuple[str, ...]] = {
    "headline": (
        *("headline", "title", "webTitle", "headline.main", "articleTitle", "titlePage", "titleRss", "headlines"),
        *("heading", "titel", "og:title"),
    ),
    "publisher": (
        *("publisher", "siteName", "sourceName", "source-hostname", "source.name", "source.title"),
        *("metaSiteName", "html.source_info.publisher", "publication", "outlet", "mediaName", "newspaper"),
        *("sourceDomain", "thread.site_full", "hostname", "domain", "cleanUrl", "og:site_name", "source"),
    ),
    "author": (
        *("author", "authors", "byline.original", "byline", "creator", "dc:creator", "fields.byline", "credits.by"),
        *("writer",),
    ),
    "created": (
        # In WordPress, `date` is the local time without a zone.
        *("created", "dateGmt", "date", "published", "datePublish", "publishDate", "publishingDate", "publishedAt"),
        *("pubDate", "datePublished", "publishedDate", "publicationDate", "publishedTime", "publishedOn"),
        *("webPublicationDate", "dateTimePub", "dateTime", "createdAt", "timestamp", "firstPublishDate"),
        *("displayDate", "datum"),
    ),
    "url": (
        *(
            "url",
            "link",
            "canonicalLink",
            "canonicalUrl",
            "webUrl",
            "uri",
            "sourceUrl",
            "pageUrl",
            "articleUrl",
            "href",
        ),
        *("WARC-Target-URI", "warc_headers.warc-target-uri", "html.responded_url", "permalink"),
        *("html.requested_url", "mainEntityOfPage.@id", "mainEntityOfPage", "source"),
    ),
    "language": (
        *("language", "lang", "inLanguage", "metaLang", "languageCode", "metadata.identification.label"),
        *("warc_headers.warc-identified-content-language", "sprache", "locale"),
    ),
}
# The first that is a string or a whole number is the record's own id.
ID_NAMES = ("id", "_id", "guid", "uuid", "articleId")

# Objects that may contain any of these fields: datatrove and Dolma, the Pile, Elasticsearch, APIs, Hugging Face.
CONTAINERS = ("metadata", "meta", "_source", "data", "article", "document", "doc", "item", "post", "attributes", "row")

# In a record with one of these fields `source` is the name of a corpus or of a file: those of Dolma and datatrove.
OWN_SOURCE = frozenset(("added", "file_path"))
# In a record with this field, dates are those of a crawl (FineWeb).  So is the `timestamp` of a record without a
# headline (C4).
CRAWL = "dump"

# Names within an object in the place of a value: WordPress ("rendered"), feedparser ("value"), Mongo ("$date").
VALUE_NAMES = (
    *("rendered", "value", "text", "html", "content", "name", "title", "main", "basic"),
    *("$date", "$numberLong", "$oid"),
)
# Names within an object in the place of a text, in editors and APIs.
TEXT_VALUE_NAMES = (
    *("rendered", "value", "text", "html", "content", "body", "paragraphs", "items", "children", "blocks", "data"),
    *("bodyText", "articleBody", "maintext"),
)

# Names of lists with the records of an answer that is one object: NewsAPI, the Guardian, Elasticsearch, JSON Feed.
LIST_NAMES = frozenset(
    (
        *("articles", "items", "results", "docs", "hits", "data", "records", "entries", "posts", "news", "stories"),
        *("documents", "rows", "@graph"),
    )
)

# Codes of language detectors (ISO 639-3) and names of languages.
LANGUAGE_CODES = {
    **{"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt"},
    **{"nld": "nl", "dut": "nl", "pol": "pl", "ces": "cs", "cze": "cs", "rus": "ru", "ukr": "uk", "bel": "be"},
    **{"tur": "tr", "ron": "ro", "rum": "ro", "hun": "hu", "swe": "sv", "dan": "da", "nor": "no", "nob": "no"},
    **{"fin": "fi", "ell": "el", "gre": "el", "hrv": "hr", "lit": "lt", "lav": "lv", "ind": "id", "vie": "vi"},
    **{"ara": "ar", "arb": "ar", "hin": "hi", "jpn": "ja", "kor": "ko", "zho": "zh", "chi": "zh", "cmn": "zh"},
    **{"english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es"},
    **{"español": "es", "italian": "it", "italiano": "it", "portuguese": "pt", "português": "pt", "dutch": "nl"},
    **{"polish": "pl", "czech": "cs", "russian": "ru", "ukrainian": "uk", "belarusian": "be", "turkish": "tr"},
    **{"romanian": "ro", "hungarian": "hu", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi"},
    **{"greek": "el", "croatian": "hr", "lithuanian": "lt", "latvian": "lv", "indonesian": "id", "arabic": "ar"},
    **{"vietnamese": "vi", "hindi": "hi", "japanese": "ja", "korean": "ko", "chinese": "zh", "nb": "no", "nn": "no"},
}

# Characters of a cell, on average, of a column of texts.  A column of headlines has 60, one of teasers 150.
MIN_TEXT_LENGTH = 200

_SEPARATORS = re.compile(r"(?<=\w)[\s_-]+(?=\w)")


def folded(name: str) -> str:
    """Return a name in the form in which names are compared.

    >>> folded("Publish Date") == folded("publish_date") == folded("publishDate")
    True
    """
    return _SEPARATORS.sub("", name.casefold())


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return unique names of columns: a repeated name gets a number, and a column without a name gets its place.

    >>> distinct(["note", "", "note", "note_2", "note"])
    ('note', 'column_1', 'note_3', 'note_2', 'note_4')
    """
    taken, numbers, found = set(names), defaultdict[str, Iterator[int]](lambda: count(2)), dict[str, None]()
    for place, name in enumerate(names):
        free = wanted = name or f"column_{place}"
        while free in found or (free != name and free in taken):
            free = f"{wanted}_{next(numbers[wanted])}"
        found[free] = None
    return tuple(found)


def longest_column(lengths: Iterable[tuple[float, str]]) -> str:
    """Return the column with the longest texts, from average lengths and names; "" if no column has texts."""
    length, name = max(lengths, default=(0.0, ""))
    return name if length >= MIN_TEXT_LENGTH else ""


def free_names(taken: Container[str]) -> Callable[[str], str]:
    """Return a function that adds a number to a name, so that it differs from all names that are used.

    >>> free_name = free_names({"text", "text#2"})
    >>> free_name("text"), free_name("text"), free_name("title")
    ('text#3', 'text#4', 'title#2')
    """
    numbers = defaultdict[str, Iterator[int]](lambda: count(2))
    return lambda name: next(free for number in numbers[name] if (free := f"{name}#{number}") not in taken)


KNOWN_NAMES: Mapping[str, tuple[str, ...]] = {
    **FACT_NAMES,
    **{"text": TEXT_NAMES, "html": HTML_NAMES, "teaser": TEASER_NAMES, "id": ID_NAMES},
}
FOLDED_NAMES = frozenset(folded(name) for names in KNOWN_NAMES.values() for name in names)
FOLDED_TEXTS = frozenset(folded(name) for name in (*TEXT_NAMES, *HTML_NAMES))


@lru_cache(1_024)
def names_in(
    mapped: Sequence[tuple[str, str]], keys: tuple[str, ...], holders: tuple[tuple[str, tuple[str, ...]], ...]
) -> Mapping[str, tuple[str, ...]]:
    """Return, for each fact, the paths under which a record with these keys may have it, in the order to try.

    `holders` are its objects that may contain any field, with their keys.  Fields outside of them are tried first, and
    before that the names of the user.  Records of one file have the same few keys.
    """
    there = _by_folded(keys)
    inner = [(holder, _by_folded(names)) for holder, names in holders]
    found: dict[str, tuple[str, ...]] = {}
    for fact, known in KNOWN_NAMES.items():
        own = (name for to, name in mapped if to == fact and (name in keys or name.partition(".")[0] in keys))
        plain = (path for name in known if (path := _path_in(name, there)) and path not in dict(holders))
        within = (f"{holder}.{path}" for holder, names in inner for name in known if (path := _path_in(name, names)))
        last = (holder for holder, _ in holders if fact == "text" and folded(holder) in FOLDED_TEXTS)
        found[fact] = tuple(dict.fromkeys((*own, *plain, *within, *last)))
    if OWN_SOURCE.intersection(keys):
        found["publisher"] = tuple(path for path in found["publisher"] if path != "source")
    is_dump = any(CRAWL in there for there in (keys, *dict(holders).values()))
    if is_dump or not found["headline"]:
        chosen = [name for to, name in mapped if to == "created"]
        found["created"] = tuple(
            path
            for path in found["created"]
            if path in chosen or not (is_dump or folded(path.rpartition(".")[2]) == "timestamp")
        )
    return found


def _by_folded(keys: Sequence[str]) -> dict[str, str]:
    return {folded(key): key for key in reversed(keys)}


def _path_in(name: str, there: Mapping[str, str]) -> str:
    """Return a name or path in the spelling of a record with these keys; "" if the record does not have it."""
    if key := there.get(folded(name)):
        return key
    first, _, rest = name.partition(".")
    key = there.get(folded(first), "") if rest else ""
    return f"{key}.{rest}" if key else ""


_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")


def language_code(said: str) -> str:
    """Return the first subtag of a language code, or the code of a language's name; "" if it is neither.

    >>> language_code("en-GB"), language_code("deu_Latn"), language_code("German"), language_code("mixed")
    ('en', 'de', 'de', '')
    """
    said = said.strip().lower()
    if said in LANGUAGE_CODES:
        return LANGUAGE_CODES[said]
    match = _CODE.fullmatch(said)
    return LANGUAGE_CODES.get(match[1], match[1]) if match else ""
