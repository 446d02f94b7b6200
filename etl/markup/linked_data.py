"""Read the entry of the article from the JSON-LD of a page.

Broken data is ignored, because other clues have the same values.
"""

import json
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any

from msgspec import Struct

from etl.model import Metadata

# "NewsArticle", "ReportageNewsArticle", "LiveBlogPosting" and some ten more, but not "VideoObject".
ARTICLE_TYPES = ("article", "blogposting", "report")
# Properties with parts of a guide, and types of objects whose text is a part.  A page with more parts is an attack.
PARTS = ("recipeIngredient", "ingredients", "recipeInstructions", "tool", "supply")
PART_TYPES = ("HowToStep", "HowToDirection", "HowToTip", "Answer")
MAX_PARTS = 1_000
# Characters of all titles of a page in which the headlines of its articles are searched.
MAX_TITLES = 10_000


def read_linked_data(scripts: Iterable[str], titles: Sequence[str] = ()) -> Metadata:
    """Return the metadata of the first article in the scripts, with dates and addresses unchanged.

    An article whose headline is in a title of the page is preferred, because others belong to teasers.  If it names no
    publisher, the name of the site is used.  On a page without an article, the date of the WebPage is used.

    >>> read_linked_data(['{"@type": "NewsArticle", "headline": "Four die", "author": [{"name": "A"}, {"name": "B"}]}'])
    Metadata(headline='Four die', publisher='', author='A; B', created='', url='', language='')
    """
    values = [decode(script) for script in scripts]
    nodes = [node for value in values for node in _nodes(value)]
    names = {node["@id"]: node["name"] for node in nodes if isinstance(node.get("@id"), str) and node.get("name")}
    articles = [node for node in (*_outer(values), *nodes) if _is_article(node)]
    first = articles[0] if articles else _page(nodes)
    shown = "\n".join(map(_folded, "\n".join(titles)[:MAX_TITLES].split("\n")))
    article = next((node for node in articles if _is_titled(node, shown)), first)
    return Metadata(
        headline=" ".join(bare(_first(_texts(article.get("headline") or article.get("name"), names))).split()),
        publisher=_first(_texts(article.get("publisher") or _page(nodes)["publisher"], names)),
        author=authors(_texts(article.get("author") or article.get("creator"), names)),
        created=_first(_texts(article.get("datePublished") or article.get("dateCreated"), names)),
        url=_first(_texts(article.get("url"), {})) or _first(_addresses(article.get("mainEntityOfPage"))),
        language=_first(_texts(article.get("inLanguage"), {})),
    )


def _page(nodes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the metadata of a page without an article: the day of its WebPage, the name of its site."""
    page = next((node for node in nodes if "WebPage" in _kinds(node)), {})
    site = next((node for node in nodes if "WebSite" in _kinds(node)), {})
    return {"datePublished": page.get("datePublished"), "publisher": site.get("name")}


def _is_titled(article: dict[str, Any], shown: str) -> bool:
    """Return whether the headline of an article is in one of the folded titles of its page."""
    headline = article.get("headline") or article.get("name")
    said = _folded(in_one_line(headline)) if isinstance(headline, str) else ""
    return bool(said) and said in shown


def _folded(text: str) -> str:
    """Return a text in the form in which headlines are compared: without white space."""
    return "".join(text.casefold().split())


class Told(Struct, frozen=True, gc=False):
    """What linked data tells about the text: the longest articleBody, that it is not to be had for free, that it
    is a live blog.

    `parts` are ingredients, steps and answers: what guides give as data beside their prose.
    """

    body: str = ""
    is_paywalled: bool = False
    is_live: bool = False
    parts: tuple[str, ...] = ()


def told(scripts: Iterable[str]) -> Told:
    """Return what the scripts say about the text of their articles."""
    body, is_paywalled, is_live = "", False, False
    parts: list[str] = []
    for node in (node for script in scripts for node in _nodes(decode(script))):
        text = node.get("articleBody") or _updates(node)
        if isinstance(text, str) and len(text) > len(body):
            body = text
        is_paywalled |= _is_article(node) and _is_paid(node)
        is_live |= "LiveBlogPosting" in _kinds(node)
        parts += _parts(node)
    return Told(bare(body), is_paywalled, is_live, tuple(dict.fromkeys(map(bare, parts[:MAX_PARTS]))))


def _is_paid(article: dict[str, Any]) -> bool:
    """Return whether an article says that it is not free, or that a part of it is not free."""
    own, parts = article.get("isAccessibleForFree"), article.get("hasPart")
    if own is not None:
        return str(own).lower() == "false"
    of_parts = [
        one.get("isAccessibleForFree")
        for one in (parts if isinstance(parts, list) else [parts])
        if isinstance(one, dict)
    ]
    return "false" in [str(said).lower() for said in of_parts]


def _updates(node: dict[str, Any]) -> str:
    """Return the headlines and texts of the entries of a live blog, in order, "" if there are none."""
    updates = node.get("liveBlogUpdate")
    entries = [one for one in updates if isinstance(one, dict)] if isinstance(updates, list) else []
    texts = [one.get(name) for one in entries for name in ("headline", "articleBody") if one.get("articleBody")]
    return "\n".join(text for text in texts if isinstance(text, str))


def _parts(node: dict[str, Any]) -> Iterator[str]:
    """Yield the ingredients, steps and answers that an object has as text."""
    for name in PARTS:
        value = node.get(name)
        yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))
    if node.get("@type") in PART_TYPES and isinstance(node.get("text"), str):
        yield node["text"]


def bare(text: str) -> str:
    """Return text without tags, with its entities as characters, and a line for each paragraph in tags.

    >>> bare("<p>Four <b>die</b>.</p><p>A &amp; B<br>C</p>").split()
    ['Four', 'die.', 'A', '&', 'B', 'C']
    """
    if "<" not in text and "&" not in text:
        return text
    text = unescape(text)
    return _TAG.sub("", _BLOCK_TAG.sub("\n", _UNSEEN.sub("", text)))


def paragraphs(body: str) -> tuple[str, ...]:
    """Return the paragraphs of an articleBody, each in one line.

    >>> paragraphs("One.\\n\\nTwo\\nlines.")
    ('One.', 'Two', 'lines.')
    """
    return tuple(text for part in body.splitlines() if (text := " ".join(part.split())))


def authors(names: Iterable[str]) -> str:
    """Return names joined, each once.  An address is not a name, but Facebook requires one in article:author."""
    return "; ".join(dict.fromkeys(name for name in names if name and "://" not in name))


MAX_DIGITS = sys.int_info.str_digits_check_threshold
# Templates write a comma behind the last property, which JSON does not allow.
_LAST_COMMA = re.compile(r",\s*([}\]])")
# A string, which stays; or a comment of JavaScript, which JSON does not allow either.
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]++|\\.)*+"?)|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?', re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BLOCK_TAG = re.compile(
    r"</?(?:p|br|div|h[1-6]|li|ul|ol|blockquote|section|article|figure|figcaption|tr|td|table|hr)\b[^<>]*>",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"<(script|style|figure)\b[^<]*(?:<(?!/?\1\b)[^<]*)*</\1\s*>", re.IGNORECASE)


def in_one_line(text: str) -> str:
    """Return text in one line, without soft hyphens, its entities as characters: some escape twice, "&amp;#8217;"."""
    return " ".join(unescape(text).replace("\xad", "").split())


def _integer(digits: str) -> int | str:
    """Return a number as int; as text if it has too many digits for Python."""
    return int(digits) if len(digits) <= MAX_DIGITS else digits


READER = json.JSONDecoder(strict=False, parse_int=_integer)


def decode(script: str) -> Any:
    """Return the value in a script, even within a comment or CDATA; None if there is none."""
    bare = script[script.find("{") : script.rfind("}") + 1]
    for text in _attempts(script, bare):
        try:
            value = READER.decode(text)
            return well_formed(value, text)
        except (ValueError, RecursionError):  # not JSON after all; or 100,000 brackets
            continue
    return None


def _attempts(script: str, bare: str) -> Iterator[str]:
    """Yield a script unchanged, and without parts that JSON does not allow."""
    yield script
    yield bare
    yield _LAST_COMMA.sub(r"\1", bare)
    if "//" in bare or "/*" in bare:
        yield _LAST_COMMA.sub(r"\1", _STRING_OR_COMMENT.sub(lambda match: match[1] or "", bare))


def well_formed(value: Any, source: str) -> Any:
    """Return a value with U+FFFD for each half of a surrogate pair ("\\ud83d"), which cannot be written as UTF-8.

    `source` is the JSON that the value was read from.
    """
    if "\\ud" not in source.lower():
        return value
    text = json.dumps(value, ensure_ascii=False)
    return READER.decode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects within a value, the outer ones first."""
    queue = deque([value])
    while queue:
        value = queue.popleft()
        if isinstance(value, dict):
            yield value
            queue.extend(value.values())
        elif isinstance(value, list):
            queue.extend(value)


def _outer(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield the outer objects, because articles within another object belong to lists and teasers."""
    for value in values:
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, dict):
                yield node
                graph = node.get("@graph")
                yield from (part for part in (graph if isinstance(graph, list) else [graph]) if isinstance(part, dict))


def _addresses(value: Any) -> Iterator[str]:
    """Yield the addresses that a value is, or has as its id."""
    said = value.get("@id") or value.get("url") if isinstance(value, dict) else value
    if isinstance(said, str) and said.startswith("http"):
        yield said


def _full_name(person: dict[str, Any]) -> str:
    """Return the given and the family name of a person; "" if there are none."""
    parts = (person.get(name) for name in ("givenName", "familyName"))
    return " ".join(part for part in parts if isinstance(part, str))


def _is_article(node: dict[str, Any]) -> bool:
    return any(kind.lower().endswith(ARTICLE_TYPES) for kind in _kinds(node))


def _kinds(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _texts(value: Any, names: dict[str, Any]) -> Iterator[str]:
    """Yield the text of a value: itself, its name, the name of what it refers to, or those of its items.

    The name of an object is looked up once: names may refer to one another in a circle.
    """
    names = names.copy()
    queue = deque([value])
    while queue:
        value = queue.popleft()
        if isinstance(value, list):
            queue.extendleft(reversed(value))
        elif isinstance(value, dict):
            queue.appendleft(value.get("name") or names.pop(str(value.get("@id")), "") or _full_name(value))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):  # a number: seconds since 1970
            yield in_one_line(str(value))


def _first(texts: Iterator[str]) -> str:
    return next(filter(None, texts), "")
