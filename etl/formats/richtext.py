"""HTML in a field for text, where feeds, NewsAPI and WordPress often write it."""

import re
from html import unescape

from etl.lazy_regex import lazy

# Elements of a page.  A story about HTML mentions a tag or two, but does not open and close them.
_BLOCK = (
    r"p|div|ul|ol|li|table|tr|td|th|h[1-6]|blockquote|figure|figcaption|section|article|header|footer|pre|br|hr|img"
)
_INLINE = r"a|b|i|em|strong|span|u|font|small|sup|sub|iframe|script|style|video|picture|center|cite"
_ATTRIBUTES = r"((?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*)"
_OPENED = lazy(rf"<({_BLOCK}|{_INLINE}){_ATTRIBUTES}\s*/?>", re.I)
_CLOSED = lazy(rf"</({_BLOCK}|{_INLINE})\s*>", re.I)
_BLOCK_TAG = lazy(rf"</?(?:{_BLOCK})\b[^<>]*>", re.I)
_PAGE = lazy(r"\s*(?:<!doctype html|<html[\s>]|<body[\s>]|<head[\s>])", re.I)
_ESCAPED = lazy(rf"&(?:amp;)?lt;/?(?:{_BLOCK}|a)\b", re.I)
# A tag in code marks or quotation marks is mentioned, not used.
_QUOTED = lazy(r"[`'\"“‘(]\s*+</?\w++[^<>]*+>\s*+[`'\"”’)]")
# Text before a tag without an end tag that is in use: a sentence, a line, or another element.
_BROKEN_OFF = lazy(r"(?:(?:^|(?<=[.!?…:;,”\"’»)>]))\s*+|(?<=\n)[^\S\n]*+)<(?:br|p|hr|img|li)\b[^<>]*+>", re.I)
# "<i>Macbeth</i>": an element in use has a few words, not the rest of a sentence about the tag.
_SET_OFF = lazy(r"<(i|em|b|strong|u|span|a|cite|sup|sub)\b[^<>]*>(?=\S)[^<>]{1,300}(?<=\S)</\1>", re.I)
_NEWLINES = lazy(r"(?<![ \t])[ \t]*+\n[ \t]*+\n\s*+")

# Pairs of tags without attributes.  A story about web pages has one or two.
MIN_PAIRS = 3
MIN_BREAKS = 2


def as_html(text: str) -> str:
    """Return the HTML of a text; "" if it is plain text.

    Tags that were escaped once or twice too often become tags again.  If a text has only inline tags, its lines become
    paragraphs, because a browser would join them.

    >>> as_html("&lt;p&gt;Fish &amp;amp; chips&lt;/p&gt;"), as_html("<b>A</b>\\n\\n<i>B</i>"), as_html("2 < 3")
    ('<p>Fish &amp; chips</p>', '<b>A</b><p><i>B</i>', '')
    """
    for _ in range(2):
        if "<" in text or len(_ESCAPED.findall(text)) < MIN_BREAKS:
            break
        text = unescape(text)
    if not is_html(text):
        return ""
    return text if _BLOCK_TAG.search(text) else _NEWLINES.sub("<p>", text).replace("\n", "<br>")


def is_html(text: str) -> bool:
    """Return whether a text is HTML: it starts like a page, or has tags in use.

    >>> is_html("<p>One.</p>"), is_html("The <p> tag opens a paragraph, </p> closes it"), is_html("if a<b and b>c")
    (True, False, False)
    """
    if "<" not in text:
        return False
    text = text.lstrip("\ufeff \t\r\n")
    if _PAGE.match(text):
        return True
    opened = [(name.lower(), attributes) for name, attributes in _OPENED.findall(text)]
    if not opened or len(_QUOTED.findall(text)) * 2 > len(opened):
        return False
    names = [name for name, _ in opened]
    closed = [name.lower() for name in _CLOSED.findall(text)]
    pairs = sum(min(names.count(name), closed.count(name)) for name in set(closed))
    breaks = len(_BROKEN_OFF.findall(text))
    if text.startswith("<") and (names[0] in closed or breaks):
        return True
    has_attributes = any("=" in attributes for _, attributes in opened)
    if has_attributes and pairs + breaks > 0:
        return True
    return pairs >= MIN_PAIRS or breaks >= MIN_BREAKS or bool(_SET_OFF.search(text))
