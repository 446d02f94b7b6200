"""RSS and Atom -> raw documents: one for each item, its full content before its summary.

lxml, which is installed for HTML, reads cut and ill-formed feeds as far as possible, and resolves no entity that a feed
declares. feedparser also reads such feeds, but does not show which item is cut off.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import entities, escape, unescape
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from etl.decode import decode
from etl.errors import Unreadable
from etl.formats.end_tags import CDATA_SECTION, balanced, without_cdata
from etl.formats.field_values import well_formed
from etl.formats.fields import RecordPlace, document
from etl.formats.names import free_names
from etl.formats.richtext import as_html
from etl.formats.source import Reading, Reject, Result, Share
from etl.formats.text import shares as shares
from etl.formats.text import whole_body
from etl.lazy_regex import lazy
from etl.model import Raw

if TYPE_CHECKING:
    from lxml.etree import _Element

# Names of elements by their content, the best first.  "{content}encoded" is `encoded` in the namespace of that module.
CONTENT = ("encoded", "content", "fulltext", "body", "description", "summary")
NAMES = {
    "title": ("title",),
    "url": ("link", "origLink", "guid"),
    "id": ("guid", "id"),
    "created": ("pubDate", "published", "issued", "date", "created", "updated", "modified"),
    "author": ("creator", "author", "contributor", "managingEditor"),
    "language": ("language",),
}
ITEMS = ("item", "entry")
# Characters.  A longer title of a feed is not the name of a publisher, and each item would repeat it.
MAX_TITLE = 1_000
# Declared prefixes of namespaces. lxml writes all of them into each item, which takes quadratic time.
MAX_PREFIXES = 100

CDATA, CDATA_END = "<![CDATA[", "]]>"
_NAMED = lazy(r"&(\w+);")
_BARE = lazy(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")
_REFERENCE = lazy(r"&#(\d+|[xX][0-9a-fA-F]+);")
_REFERENCES = lazy(r"(?:&#(?:\d+|[xX][0-9a-fA-F]+);)+")
_NOT_XML = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_CHARACTER = lazy(f"{_NOT_XML.pattern}|[\ud800-\udfff]|\ufffd")
_DECLARATION = lazy(r"^\s*<\?xml[^>]*\?>")
_ROOT = lazy(r"<(?:rss|feed|rdf:RDF)\b", re.I)
_BROKEN_TEXT = lazy(r"(<(description|summary|content:encoded)>)((?:[^<]|<(?!/?\2>))*+)(</\2>)")
_DECLARED = lazy(r"<\?xml[^<>]*+>|<!DOCTYPE[^\[<>]*+(?:\[(?:(?!<!DOCTYPE).)*?\]\s*+)?>", re.S | re.I)
_TAG = lazy(r"<[^<>]*>")
_WHOLE_TAG = lazy(r"<(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>")
_PREFIX = lazy(r"\sxmlns:([^\s=>]++)\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')")
_HTML_SIGN = lazy(r"</?\w++[^<>]*+>|&(?:#\d++|#x[0-9a-fA-F]++|\w++);")
# As RSS wants authors: "desk@example.org (Jane Roe)".
_MAIL = lazy(r"^[^\s@]++@\S++ \((.+)\)$")
_OPENED = lazy(r"<(?:\w+:)?(?:item|entry)(?=[\s/>])", re.I)
_ENDED = lazy(r"</(?:\w+:)?(?:item|entry)\s*>|<(?:\w+:)?(?:item|entry)(?:\s[^<>]*)?/>", re.I)
_ITEM_OR_ROOT_ENDED = lazy(r"</(?:rss|feed|rdf:RDF|(?:\w+:)?(?:item|entry))\s*>", re.I)
_ROOT_ENDED = lazy(r"</(?:rss|feed|rdf:RDF)\s*>", re.I)
_COMMENT = lazy(r"<!--.*?-->", re.S)
_MARKUP = lazy(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.S)

# A note: text of a feed outside of its elements.
BESIDE = "words beside the items"
CUT_OFF = "is an item of a feed that is cut off"
NOT_CLOSED = "is an item of a feed with a CDATA section that is not closed"


def read_feed(path: str, body: bytes, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield the items of a feed, in order.  An item that is cut off or empty is a reject, and so is a cut feed."""
    try:
        found = decode(Raw(path, body, "", "html", encoding=reading.encoding)).text
    except Unreadable as error:
        yield Reject(path, 1, error.fault, body)
        return
    mark = sha256(body).hexdigest()  # unique, because it is computed from the text
    found, damaged = _without_open_cdata(found, mark)
    text = _with_few_prefixes(_without_declarations(_well_formed(found)))
    whole = len(_ENDED.findall(CDATA_SECTION.sub("", text)))
    row, notes, is_noted, starts = 0, list[str](), False, list[int]()
    for root in _feeds(text):
        channel = {} if _is_item(root) else _channel(root)
        if not is_noted and _has_loose_words(root):
            notes, is_noted = [BESIDE], True
        for item in _items(root):
            row += 1
            if (place := item.get("cut", "")).startswith(mark):
                yield damaged[int(place.removeprefix(mark))].at(path, row)
                continue
            if row > whole:
                starts = starts or _starts(found)
                yield _cut(path, row, item, found, starts)
                continue
            result = _read_item(path, row, item, channel, reading)
            if notes and isinstance(result, Raw):
                result = structs.replace(result, notes=(*result.notes, *notes))
                notes = []
            yield result
    if not row and (notes or not _ROOT_ENDED.search(text)):
        yield Reject(path, 1, "is a feed (RSS or Atom) without an item", body)
    elif notes:  # there is no document that could have the note
        yield Reject(path, row + 1, f"is a feed with {BESIDE}", body)
    if row > whole:  # nested open items: libxml2 stops at some 2,000
        for lost in range(row + 1, len(starts)):
            yield Reject(path, lost, CUT_OFF, found[starts[lost - 1] : starts[lost]].encode("utf-8", "replace"))


def _items(root: "_Element") -> "list[_Element]":
    """Return the items of a feed, in order.  An item within another one is moved out of it."""
    from lxml import etree

    items, inner, depth = list["_Element"](), list["_Element"](), 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if not _is_item(node):
            continue
        if event == "start":
            items.append(node)
            inner += [node] if depth else []
        depth += 1 if event == "start" else -1
    for item in inner:
        parent, place = item.getparent(), etree.Comment("")
        place.tail, item.tail = item.tail, None
        if parent is not None:
            parent.replace(item, place)
    return items


class _Damaged(Struct, frozen=True, gc=False):
    """The bytes of an item that is not XML, and the reason."""

    reason: str
    body: bytes

    def at(self, path: str, row: int) -> Reject:
        return Reject(path, row, self.reason, self.body)


def _without_open_cdata(text: str, mark: str) -> tuple[str, list[_Damaged]]:
    """Return a feed with an empty, marked item for each item with an open CDATA section, and these items.

    Such a section would contain everything up to the end of the next section.
    """
    kept, damaged, start, at, close = list[str](), list[_Damaged](), 0, 0, 0
    while (section := text.find(CDATA, at)) >= 0:
        close = close if close < 0 or close > section else text.find(CDATA_END, section)
        at = close + len(CDATA_END)
        is_closed = close >= 0 and text.find(CDATA, section + 1, close) < 0
        if is_closed or (close >= 0 and not _ENDED.search(text, section, close)):
            continue
        opened = [match.start() for match in _OPENED.finditer(text, start, section)]
        if opened and not _ENDED.search(text, opened[-1], section):
            first, end = opened[-1], _ENDED.search(text, section)
            at = end.end() if end else len(text)
        else:  # in a channel
            first, following = section, _OPENED.search(text, section)
            end, at = following, following.start() if following else len(text)
        kept += [text[start:first], f'<item cut="{mark}{len(damaged)}"></item>']
        damaged.append(_Damaged(NOT_CLOSED if end else CUT_OFF, text[first:at].encode("utf-8", "replace")))
        start = at
    return "".join([*kept, text[start:]]), damaged


def _has_loose_words(root: "_Element") -> bool:
    """Return whether a feed or its channel has words outside of elements, or there are words beside several feeds."""
    around = root.getparent() if root.getprevious() is None else None  # the first feed checks the words around all
    channels = [] if _is_item(root) else [root, *(node for node in root if _name(node) == "channel")]
    parents = channels if around is None else [around, *channels]
    said = (text for parent in parents if _name(parent) for text in (parent.text, *(node.tail for node in parent)))
    return any(text and any(map(str.isalnum, text)) for text in said)


def _feeds(text: str) -> "list[_Element]":
    """Return the roots of the feeds in a text: one, or several concatenated ones.

    Words or items outside of the feed are roots, too.
    """
    plain = CDATA_SECTION.sub("", text)
    ended = max((match.end() for match in _ROOT_ENDED.finditer(plain)), default=len(plain))
    begun = _ROOT.search(plain)
    outside = f"{plain[: begun.start()] if begun else ''} {plain[ended:]}"
    is_alone = not _OPENED.search(outside) and not any(map(str.isalnum, _MARKUP.sub("", outside)))
    if len(_ROOT.findall(plain)) < 2 and is_alone:
        root = _parsed(text)
        return [] if root is None else [root]
    root = _parsed(f"<feeds>{text}</feeds>")
    return [] if root is None else list(root)


def _without_declarations(text: str) -> str:
    """Return a feed without the declarations above a root.  Elsewhere, `<!DOCTYPE …>` is text."""
    plain = without_cdata(text)
    kept, at = list[str](), 0
    for root in _ROOT.finditer(plain):
        start = max((match.end() for match in _ITEM_OR_ROOT_ENDED.finditer(plain, at, root.start())), default=at)
        above = text[start : root.start()]
        is_above = not kept or _ROOT_ENDED.search(plain, at, root.start())
        kept += [text[at:start], _DECLARED.sub("", above) if is_above else above]
        at = root.start()
    return "".join([*kept, text[at:]])


def _with_few_prefixes(text: str) -> str:
    """Return a feed that declares at most MAX_PREFIXES prefixes.  Elements with another prefix keep their name."""
    if text.count("xmlns:") <= MAX_PREFIXES:
        return text
    few = set(list(dict.fromkeys(_PREFIX.findall(text)))[:MAX_PREFIXES])
    parts = CDATA_SECTION.split(text)
    parts[::2] = [
        _WHOLE_TAG.sub(lambda tag: _PREFIX.sub(lambda one: one[0] if one[1] in few else "", tag[0]), part)
        for part in parts[::2]
    ]
    return "".join(parts)


def _well_formed(text: str) -> str:
    """Return XML that keeps its ampersands and HTML entities, of which XML knows only five."""
    text = _NOT_XML.sub(" ", _DECLARATION.sub("", text))
    parts = CDATA_SECTION.split(text)
    parts[::2] = [_BROKEN_TEXT.sub(_as_cdata, part) for part in parts[::2]]
    parts = CDATA_SECTION.split("".join(parts))
    parts[::2] = [_bare_text(part) for part in parts[::2]]
    return "".join(parts)


def _bare_text(text: str) -> str:
    """Return text outside of CDATA sections in valid XML."""
    text = _REFERENCES.sub(_characters, _BARE.sub("&amp;", _NAMED.sub(_character, text)))
    return text.replace("]]>", "]]&gt;")  # lxml skips the text before a stray one


def _characters(references: re.Match[str]) -> str:
    """Return a reference to a character unchanged, unless it is invalid in XML, such as half a surrogate pair."""
    found = "".join(map(_referred, _REFERENCE.findall(references[0])))
    return escape(_NOT_XML.sub(" ", well_formed(found)), quote=False) if _NO_CHARACTER.search(found) else references[0]


def _referred(number: str) -> str:
    """Return the character of a reference; U+FFFD if there is none."""
    is_hexadecimal = number[0] in "xX"
    digits = (number[1:] if is_hexadecimal else number).lstrip("0")
    code = int(f"0{digits}", 16 if is_hexadecimal else 10) if len(digits) < 8 else sys.maxunicode + 1
    return chr(code) if code <= sys.maxunicode else "\ufffd"


def _as_cdata(element: re.Match[str]) -> str:
    """Return an element with unescaped tags in its text as CDATA, because a tag such as `<br>` is not closed."""
    if "<" not in element[3]:
        return element[0]
    text = element[3].replace("]]>", "]]]]><![CDATA[>")
    return f"{element[1]}<![CDATA[{text}]]>{element[4]}"


def _character(entity: re.Match[str]) -> str:
    if entity[1] in ("amp", "lt", "gt", "quot", "apos"):
        return entity[0]
    return entities.html5.get(f"{entity[1]};", f"&amp;{entity[1]};")


def _parsed(text: str) -> "_Element | None":
    from lxml import etree

    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True, "encoding": "utf-8"}
    options |= {"remove_comments": True, "remove_pis": True}  # between two feeds, each would be taken for one
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), etree.XMLParser(**options))
    except etree.XMLSyntaxError:
        parser = etree.XMLParser(recover=True, **options)
        root: _Element | None = etree.fromstring(balanced(text).encode("utf-8", "replace"), parser)
        return root


def _channel(root: "_Element") -> dict[str, Any]:
    """Return the publisher and the language of a feed, which hold for all of its items."""
    found: dict[str, Any] = {}
    for parent in (root, *(node for node in root if _name(node) == "channel")):
        for node in parent:
            if _name(node) in ("title", "language") and 0 < len(said := _plain(node)) <= MAX_TITLE:
                found.setdefault({"title": "publisher"}.get(_name(node), _name(node)), said)
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return {"language": language, **found} if language else found


def _read_item(path: str, row: int, item: "_Element", channel: dict[str, Any], reading: Reading) -> Raw | Reject:
    """Return an item as a document.  Unused elements go into its metadata, under their names."""
    nodes = [node for node in item if isinstance(node.tag, str)]
    content = _take_content(nodes)
    fields = {name: said for name, names in NAMES.items() if (said := _take(nodes, names, name))}
    rest: dict[str, Any] = {}
    for node in nodes:
        rest.setdefault(_name(node), []).extend(filter(None, [_plain(node) or dict(node.attrib)]))
    if loose := " ".join(" ".join(filter(None, (item.text, *(node.tail for node in item)))).split()):
        rest["#text"] = [loose]
    fields |= {"text": content} if content else {}
    free_name = free_names({*rest, *fields})
    others = {
        free_name(name) if name in fields else name: said[0] if len(said) == 1 else said
        for name, said in rest.items()
        if said
    }
    record = {**channel, **others, **fields}
    xml = _source(item)
    try:
        return document(RecordPlace(path, row, sha256(xml).hexdigest()), record, reading)
    except Unreadable:
        return Reject(path, row, "is an item of a feed without any content", xml)


def _starts(text: str) -> list[int]:
    """Return where the items of a feed begin, and the end of the last."""
    plain = without_cdata(text)
    end = plain.rfind("-->") + 3  # no comment ends after it, so the end need not be searched for each one
    plain = _COMMENT.sub(lambda comment: " " * len(comment[0]), plain[:end]) + plain[end:]
    return [*(match.start() for match in _OPENED.finditer(plain)), len(text)]


def _cut(path: str, row: int, item: "_Element", text: str, starts: Sequence[int]) -> Reject:
    """Return an item that is cut off, with the text from its tag to the next of `starts`."""
    body = text[starts[row - 1] : starts[row]].encode("utf-8", "replace") if row < len(starts) else _source(item)
    return Reject(path, row, CUT_OFF, body)


def _source(item: "_Element") -> bytes:
    from lxml import etree

    source: bytes = etree.tostring(item, encoding="utf-8", with_tail=False)
    return source


def _take_content(nodes: "list[_Element]") -> str:
    """Return the longest text of an item: HTML, or plain text if it has no tag and no entity."""
    for name in CONTENT:
        for node in nodes:
            if _name(node) == name and (said := _inner(node).strip()):
                nodes.remove(node)
                is_plain = node.get("type") == "text" or not _HTML_SIGN.search(said)
                return said if is_plain else as_html(said) or f"<p>{said}</p>"
    return ""


def _inner(node: "_Element") -> str:
    """Return the content of an element: its text, or for XHTML its elements as written."""
    from lxml import etree

    if not len(node):
        return node.text or ""
    children = "".join(etree.tostring(child, encoding="unicode") for child in node)
    return re.sub(r'\sxmlns(?::\w+)?="[^"]*"', "", f"{node.text or ''}{children}")


def _take(nodes: "list[_Element]", names: Sequence[str], fact: str) -> str:
    """Return the value of a fact from the first of these elements."""
    for name in names:
        found = [node for node in nodes if _name(node) == name]
        found.sort(key=lambda node: node.get("rel", "alternate") != "alternate")  # Atom's link to the page itself
        for node in found:
            said = _plain(node) or node.get("href", "").strip()
            if said and fact == "author":
                nodes[:] = [node for node in nodes if _name(node) != name]
                return ", ".join(dict.fromkeys(_MAIL.sub(r"\1", one) for one in map(_plain, found) if one))
            if said and (name != "guid" or fact != "url" or "://" in said):
                if fact != "url" or name != "guid":
                    nodes.remove(node)
                return said
    return ""


def _plain(node: "_Element") -> str:
    """Return the text of an element in one line, without tags; of an Atom author the name."""
    inner = [child for child in node if _name(child) == "name"] or [node]
    text = " ".join("".join(part.itertext()) for part in inner)
    return " ".join(_TAG.sub(" ", unescape(text)).split())


def _is_item(node: "_Element") -> bool:
    return _name(node).lower() in ITEMS


def _name(node: "_Element") -> str:
    """Return an element's name without its namespace; "" for comments."""
    if not isinstance(node.tag, str):
        return ""
    return node.tag.rpartition("}")[2].rpartition(":")[2]  # the prefix stays if the feed does not declare it


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a feed: its entries."""
    yield from read_feed(share.source.name, whole_body(share), reading)
