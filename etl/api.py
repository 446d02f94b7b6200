"""The Python API without `Cleaner`: a function for each task.  Import them from `etl`."""

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import structs

from etl.audit import Entry
from etl.cleaner import Cleaner, Document, Result, check_settings, kind_of, sequence
from etl.dedup import DedupSettings
from etl.dedup.settings import Copies, Keep, Numbers, Unit
from etl.model import Kind
from etl.packs import Selection, Sourced, check, load_pack, pack_files
from etl.packs import load_rules as selected_rules
from etl.pipeline.records import text_duplicates
from etl.record import Record
from etl.restoration import ArticleText, Restored, audited, restored
from etl.restoration import restore as restore_files

Noun = TypeVar("Noun")
Sound = TypeVar("Sound", bound=msgspec.Struct)


class Duplicate(NamedTuple):
    """A text that duplicates another text, which is kept: the places of both in the list, and their similarity.

    place       the place of the duplicate, from 0
    keeper      the place of the text that is kept
    similarity  the similarity of two paragraphs, or the share of an article's words that are copied
    """

    place: int
    keeper: int
    similarity: float


def clean(
    document: Document, *, kind: Kind | None = None, url: str = "", publisher: str = "", record: str = ""
) -> Result:
    """Return one document, cleaned by the built-in rules.  `Cleaner.clean` describes the arguments."""
    return Cleaner().clean(document, kind=kind, url=url, publisher=publisher, record=record)


def dedup(
    texts: Iterable[str],
    *,
    threshold: float = 0.7,
    unit: Unit = "article",
    numbers: Numbers = "same",
    copies: Copies = "similar",
    keep: Keep = "first",
) -> list[Duplicate]:
    """Return the texts that duplicate another text, by their places in the list.

    By default each text is an article, whose paragraphs are separated by blank lines.  An article is a duplicate if
    80 % of its words are copied from one other article.  With `unit="paragraph"` each text is one paragraph.  A
    paragraph of fewer than ten words is never looked up.  The options are those of `copydesk dedup`.

    >>> said = "Tens of thousands of people marched through the centre of Minsk on Sunday"
    >>> dedup([said, "Minsk", said + ", police said"], unit="paragraph")
    [Duplicate(place=2, keeper=0, similarity=0.8462)]
    """
    settings = DedupSettings(unit=unit, threshold=threshold, numbers=numbers, copies=copies, keep=keep)
    check_settings(settings)
    return [Duplicate(*found) for found in text_duplicates(_texts(texts), settings)]


def restore(
    articles: str | PathLike[str] | Iterable[Record], audit: str | PathLike[str] | Iterable[Entry] | None = None
) -> Iterator[Restored]:
    """Return an iterator over the documents from which articles and audit were made.  Each is rebuilt and verified.

    `articles` is the path of what `copydesk clean -o` wrote, and `audit` the path of its audit.  By default, this is
    the audit beside the articles.  Or give the `articles` and the `audit` of a `Result`.  A document has `path`, `row`,
    `record` and `text`.  `text` is the decoded text, or for HTML the text of its blocks.  Raises RestoreError if
    articles and audit do not match, and UsageError if there is no audit.
    """
    if isinstance(articles, str | PathLike):
        if audit is not None and not isinstance(audit, str | PathLike):
            raise TypeError(
                "if articles is a path, audit must be a path, too, or None for the audit beside the articles"
            )
        return restore_files(Path(articles), None if audit is None else Path(audit))
    if audit is None or isinstance(audit, str | PathLike):
        raise TypeError("articles in memory need an audit in memory: restore(result.articles, result.audit)")
    given = (_sound(ArticleText(one.id, one.text), "an article") for one in _of_type("articles", Record, articles))
    entries = (_sound(one, "an entry of the audit") for one in _of_type("audit", Entry, audit))
    return restored(given, audited(entries))


def load_rules(path: str | PathLike[str] | None = None) -> tuple[Sourced, ...]:
    """Return the rules of a pack, or of a folder of packs.  Without a path, return the built-in rules.

    The rules are checked.  Raises PackError, which names file, line, key and way out.

    >>> [found.rule.title for found in load_rules() if found.name == "core/read-more"]
    ["'Read More' link"]
    """
    built_in = selected_rules(Selection())
    if path is None:
        return built_in
    rules = [rule for file in pack_files(path) for rule in load_pack(file)]
    check(rules, built_in)
    return tuple(rules)


def _of_type(name: str, wanted: type[Noun], given: Iterable[Any]) -> Iterator[Noun]:
    """Yield the values of an iterable, in order. Raises TypeError if one is not of this type."""
    for one in given:
        if not isinstance(one, wanted):
            raise TypeError(f"{name} are those of a Result, each a {wanted.__name__}, not {kind_of(one)}")
        yield one


def _sound(one: Sound, name: str) -> Sound:
    """Return a value whose fields are of the types that they must have.  Raises TypeError."""
    try:
        return msgspec.convert(structs.asdict(one), type(one))
    except msgspec.ValidationError as error:
        fault = str(error).replace("$.", "").replace("`", "'")
        raise TypeError(f"{name} has a field of a wrong type: {fault}; give those of a Result") from None


def _texts(texts: Iterable[Any]) -> Sequence[str]:
    """Return texts as a list.  Raises TypeError."""
    found = sequence("texts", texts)
    for place, text in enumerate(found):
        if not isinstance(text, str):
            raise TypeError(f"texts are of str, but number {place} is {kind_of(text)}")
    return found
