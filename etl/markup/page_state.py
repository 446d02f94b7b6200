"""The story in the state that a page gives its scripts: __NEXT_DATA__, window.__INITIAL_STATE__, React's flight data.

If a script fills a page, its story is only in this state.  The state also has other stories, menus and notices, so only
text beside the page's title is used: a string of several paragraphs, or a list of paragraphs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from msgspec import Struct

from etl.fold import ends_sentence
from etl.markup.elements import BLOCKS
from etl.markup.linked_data import READER, bare, decode, paragraphs, well_formed

# Bytes of a paragraph, because a Chinese character is as much text as three letters.
MIN_PARAGRAPH = 30
# Letters of the shortest title, objects around a text in which the title is searched, levels that are read.
MIN_TITLE, TITLE_LEVELS, MAX_LEVELS = 8, 3, 40
# Characters of the longest title; titles of a page, its own and its headings.
MAX_TITLE, MAX_TITLES = 1_000, 20
# Characters of a script in which it begins to assign its state.
MAX_BEFORE = 2_000
# Names of properties with the text of a paragraph or its parts; other strings are addresses, kinds, ids.
TEXTS = ("text", "content", "value", "html", "body", "data", "children", "model", "paragraph")
# Names of properties that only a whole story has: an object with one is another story if its title is not the page's,
# and an item of a list with one of them, or an address, is a teaser.
TITLES = frozenset(("title", "headline", "headlines", "slug"))
ADDRESSES = frozenset(("name", "url", "href", "canonical_url", "permalink"))

# An assignment of an object, or of a string that is parsed as one.
_STATE = re.compile(
    r"(?:^|[;\n]|\*/)[^\S\n]*(?:(?:var|let|const)\s+)?[\w.$]+(?:\[[\"'][\w$]+[\"']\])?\s*=\s*(?:(?=[{\[])|JSON\.parse\(\s*(?=\"))"
)
# A text that each of them has, and that is found four times as fast.
_ASSIGNED = re.compile(r"=\s*(?:[{\[]|JSON)")
_NOT_LETTERS = re.compile(r"[\W_]+")
# A script with a part of the elements that React renders, and a row of all parts: a number in hexadecimal, and JSON.
FLIGHT = "self.__next_f.push([1,"
_FLIGHT = re.compile(r"self\.__next_f\.push\((\[1,.*\])\)", re.DOTALL)
_ROW = re.compile(r"^[0-9a-f]+:(?=\[)", re.MULTILINE)
# How Angular writes signs in JSON.
_ANGULAR = (("&q;", '"'), ("&s;", "'"), ("&l;", "<"), ("&g;", ">"), ("&a;", "&"))


class _Around:
    """An object or list around a text: whether a title of the page is in it, and whether it is a story with one."""

    def __init__(self, strings: Sequence[str], titles: Sequence[str], is_story: bool) -> None:
        self._strings, self._titles, self.is_story = strings, titles, is_story

    @cached_property
    def has_title(self) -> bool:
        """Whether one of its strings is a title of the page, or a part of one.  The result is cached for many texts."""
        folded = (_folded(text) for text in self._strings if len(text) < MAX_TITLE)
        long = [text for text in folded if len(text) >= MIN_TITLE]
        return any(text in title or title in text for text in long for title in self._titles)


class _Found(Struct, frozen=True):
    """Paragraphs in a state, the bytes of those that end as a sentence does, and what is around them, inside out."""

    paragraphs: tuple[str, ...]
    prose: int
    around: tuple[_Around, ...]


def is_state(script: str) -> bool:
    """Return whether a script begins with the assignment of an object, perhaps after other assignments.

    >>> is_state('window.__STATE__ = {"a": 1}'), is_state('window.load = function () {}'), is_state("let x = 1;")
    (True, False, False)
    """
    return bool(_ASSIGNED.search(script, 0, MAX_BEFORE) and _STATE.search(script, 0, MAX_BEFORE))


def story_of(scripts: Iterable[str], titles: Iterable[str]) -> tuple[str, ...]:
    """Return the paragraphs of the longest text beside a title of the page; () if there is none."""
    known = [folded for title in islice(titles, MAX_TITLES) if len(folded := _folded(title)) >= MIN_TITLE]
    best = _Found((), 0, ())
    told = list(scripts) if known else []
    flight = "".join(map(_flight_part, told))
    for read in (*map(_values, told), _elements(flight)):
        for value in read:
            titled = (found for found in _found(value, known, (), 0) if _is_titled(found))
            best = max((best, *titled), key=lambda found: found.prose)
    return best.paragraphs


def _values(script: str) -> Iterator[Any]:
    """Yield the values in a script: that of JSON, or those that it assigns at its beginning."""
    if script[:1] in ("{", "["):
        if script.startswith("&q;", 1):
            for sign, meant in _ANGULAR:
                script = script.replace(sign, meant)
        yield _joined(decode(script))
        return
    for match in _STATE.finditer(script, 0, MAX_BEFORE):
        try:
            value, end = READER.raw_decode(script, match.end())
            value = decode(value) if isinstance(value, str) else well_formed(value, script[match.end() : end])
        except (ValueError, RecursionError):  # not JSON, but another object of JavaScript
            continue
        yield _joined(value)


def _joined(state: Any) -> Any:
    """Return a state in which each object that stands by its name elsewhere, as in a cache of Apollo, is in its place.

    >>> _joined({"Post": {"body": [{"__ref": "P1"}]}, "P1": {"text": "Rain."}})["Post"]
    {'body': [{'text': 'Rain.'}]}
    """
    if not isinstance(state, dict):
        return state
    named = next((one for one in (state, *state.values()) if isinstance(one, dict) and "ROOT_QUERY" in one), state)
    apart, queue = dict(named), list[Any]([named])
    while queue:
        around = queue.pop()
        for place, value in list(around.items() if isinstance(around, dict) else enumerate(around)):
            if isinstance(value, dict) and isinstance(value.get("__ref"), str):
                around[place] = apart.pop(value["__ref"], value)  # in one place only, because they may form a circle
            elif isinstance(value, dict | list):
                queue.append(value)
    return state


def _flight_part(script: str) -> str:
    """Return the text that a script adds to the flight data, "" if it adds none."""
    match = _FLIGHT.match(script)
    value = decode(match[1]) if match else None
    return value[1] if isinstance(value, list) and isinstance(value[1], str) else ""


def _elements(flight: str) -> Iterator[Any]:
    """Yield the elements in flight data: ["$", "p", null, {"children": "Text."}] as {"children": "Text."}."""
    for match in _ROW.finditer(flight):
        try:
            yield _element(["$", "", {"children": READER.raw_decode(flight, match.end())[0]}], 0)
        except (ValueError, RecursionError):
            continue


def _element(value: Any, depth: int) -> Any:
    """Return a value with each element as an object with its text, and the first text in it, maybe a heading."""
    if not isinstance(value, list) or depth > MAX_LEVELS:
        return value if not (isinstance(value, str) and value.startswith("$")) else None
    if value[:1] != ["$"] or not isinstance(value[-1], dict):
        return [_element(part, depth + 1) for part in value]
    children = _element(value[-1].get("children"), depth + 1)
    first = children[0] if isinstance(children, list) and children else children
    heading = first.get("heading") if isinstance(first, dict) else first
    return {"heading": heading, "children": "" if value[1] == "h1" else [children, "\n" * (str(value[1]) in BLOCKS)]}


def _found(value: Any, titles: Sequence[str], around: tuple[_Around, ...], depth: int) -> Iterator[_Found]:
    """Yield the texts in a value."""
    if depth > MAX_LEVELS:
        return
    if isinstance(value, str):
        yield _as_found(paragraphs(bare(value)), around)
        return
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, list):
        yield _as_found([text for item in value for text in _item(item)], around)
    strings = [text for text in inner if isinstance(text, str)]
    if isinstance(value, dict):  # {"title": {"rendered": "..."}}, as WordPress has it
        rendered = (value[name] for name in TITLES if isinstance(value.get(name), dict))
        strings += [text for title in rendered for text in title.values() if isinstance(text, str)]
    own = _Around(strings, titles, isinstance(value, dict) and not TITLES.isdisjoint(value))
    for part in inner:
        if isinstance(part, dict | list) or (isinstance(part, str) and len(part.encode()) >= MIN_PARAGRAPH):
            yield from _found(part, titles, (own, *around[: TITLE_LEVELS - 1]), depth + 1)


def _as_found(texts: Sequence[str], around: tuple[_Around, ...]) -> _Found:
    sentences = (len(text.encode()) for text in texts if ends_sentence(text))
    return _Found(tuple(texts), sum(size for size in sentences if size >= MIN_PARAGRAPH), around)


def _item(item: Any) -> tuple[str, ...]:
    """Return the paragraphs of an item of a list: its strings in order, unless it is another story."""
    is_story = isinstance(item, dict) and not (TITLES | ADDRESSES).isdisjoint(item)
    return () if is_story else paragraphs(bare("".join(_strings(item, 0))))


def _strings(item: Any, depth: int) -> Iterator[str]:
    """Yield the strings of a paragraph, in order: itself, its text, or those of its parts."""
    if isinstance(item, str):
        yield item
    elif isinstance(item, list) and depth < MAX_LEVELS:
        for part in item:
            yield from _strings(part, depth + 1)
    elif isinstance(item, dict) and depth < MAX_LEVELS:
        for name in TEXTS:
            yield from _strings(item.get(name), depth + 1)


def _is_titled(found: _Found) -> bool:
    """Return whether the text is beside a title of the page, and not in another story."""
    for around in found.around:
        if around.has_title:
            return True
        if around.is_story:
            return False
    return False


def _folded(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()
