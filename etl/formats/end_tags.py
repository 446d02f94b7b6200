"""Mend the tags of an ill-formed feed: in lxml, a stray end tag ends the feed, and a broken tag ends all text."""

import re
from collections import Counter

from msgspec import Struct

_ITEM_TAG = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)(?=[\s/>])", re.I)
_AROUND = re.compile(r"rss|feeds?|rdf:RDF|channel", re.I)
_NAME = r"[^\W\d][\w:.-]*+"
CDATA_SECTION = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|$))", re.S)
_COMMENT_END = "-->"
# CDATA, a comment, an instruction, a tag, or another bracket.
_MARKED = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?[^<>]*+>"
    rf"|<(?P<end>/?)(?P<name>{_NAME})(?P<rest>(?:\s++{_NAME}\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+\s*+/?>)?"
    r"|<",
    re.S,
)


class _Level(Struct, frozen=True):
    """The open elements in an item, or around all items, and their numbers by name."""

    names: list[str]
    counts: Counter[str]

    def open(self, name: str) -> None:
        self.names.append(name)
        self.counts[name] += 1

    def close(self, name: str) -> list[str]:
        """Close the innermost element of a name, and those within it; return their names."""
        closed = list[str]()
        while not closed or closed[-1] != name:
            closed.append(self.names.pop())
        self.counts.subtract(closed)
        return closed


def without_cdata(text: str) -> str:
    """Return a text with blanks in the place of its CDATA sections, so that all places stay the same."""
    return CDATA_SECTION.sub(lambda section: " " * len(section[0]), text)


def balanced(text: str) -> str:
    """Return XML in which an end tag ends only the element that it names and the elements within it.

    An end tag without an open element is left out.  So is an end tag in an item that names an element around the item,
    unless it ends a channel or feed and the item has no end tag.  Tags and comments without an end, and tags with
    unquoted attributes, become text.
    """
    text = _with_ended_comments(text)
    plain = without_cdata(text)
    kept, at, levels, opened = list[str](), 0, [_Level([], Counter())], Counter[str]()
    following = _ITEM_TAG.search(plain)
    for tag in _MARKED.finditer(text):
        name, closed = tag["name"], list[str]()
        is_item = _ITEM_TAG.match(tag[0] + " ") is not None
        is_around = bool(name and _AROUND.fullmatch(name))
        if tag[0] == "<" or (name and not (tag["rest"] or tag["end"] or is_item or is_around)):
            kept += [text[at : tag.start()], "&lt;", tag[0][1:]]
            at = tag.end()
            continue
        if not name or (not tag["end"] and tag[0].endswith("/>")):
            continue
        if not tag["end"]:
            if is_item:
                levels.append(_Level([], Counter()))
            levels[-1].open(name)
            opened[name] += 1
            continue
        while following and following.start() < tag.end():
            following = _ITEM_TAG.search(plain, following.end())
        if is_item:
            while opened[name] and name not in closed[-1:]:
                closed += levels.pop().names[::-1]
        elif is_around and levels[0].counts[name] and not (following and following[1]):
            while len(levels) > 1:
                closed += levels.pop().names[::-1]
            closed += levels[0].close(name)
        elif levels[-1].counts[name]:
            closed = levels[-1].close(name)
        opened.subtract(closed)
        kept += [text[at : tag.start()], *(f"</{one}>" for one in closed)]
        at = tag.end()
    return "".join([*kept, text[at:]])


def _with_ended_comments(text: str) -> str:
    """Return a text in which each `<!--` after the end of the last comment is text."""
    end = text.rfind(_COMMENT_END) + 1
    parts = CDATA_SECTION.split(text[end:])
    parts[::2] = [part.replace("<!--", "&lt;!--") for part in parts[::2]]
    return text[:end] + "".join(parts)
