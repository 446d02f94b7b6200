"""Cleaning from Python: a selection of rules, compiled once.

One document goes through `etl.document`; many go through the tasks of a run, as on the command line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from numbers import Integral
from os import PathLike, fspath, getpid
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Struct, structs

from etl.audit import Entry
from etl.config import CleanOptions, Config, named_config
from etl.dedup import DedupSettings
from etl.dedup.settings import MIN_THRESHOLD, Scope
from etl.document import Cleaned, Judged, Parsed, clean
from etl.errors import NoInput, Unreadable
from etl.formats import Reading, Reject, find, shares
from etl.formats.field_values import well_formed
from etl.formats.memory import NO_PATH, is_missing, raw_record, raw_text
from etl.model import DocumentDuplicates, Kind, Metadata, Raw
from etl.packs import Profile, Selection, compile_rules, did_you_mean, rule_patterns, settled
from etl.pipeline.documents import read_judged, read_parsed
from etl.pipeline.duplicates import duplicates_within, with_duplicates
from etl.pipeline.job import Job
from etl.pipeline.lines import add_up_lines, line_counts
from etl.pipeline.select_duplicates import read_drops, select
from etl.pipeline.tasks import finish_one, judge_all, parse_one, prepare, read_share, stage_parsed, with_own_duplicates
from etl.pipeline.workspace import Workspace, scratch
from etl.record import Record, Status, Structure
from etl.rules.regexes.budget import BUDGET

# Documents of a shard in a run: so many that the start of a stage takes little time in comparison, and so few that
# their fingerprints fit easily into memory.
SHARD_DOCUMENTS = 2048
# Bytes of a file that are read at once.
SHARE_BYTES = 4 << 20

StrPath = str | PathLike[str]
Document = str | bytes | PathLike[str] | Mapping[str, Any]
# A document, or a pair of an id and a text.
Item = Document | tuple[str | int, str | bytes]
# The status of the longest article, or the reason why there is no article.
ResultStatus = Status | Literal["duplicate", "rejected", "unreadable"]


class Result(Struct, frozen=True):
    """The result for one document.

    articles   the records of its articles, in reading order; none if nothing is left
    audit      an entry for the document, and one for each change.  `etl.restore` needs all of them
    status     the status of its longest article: full, teaser, stub, paywalled or suspect.  If there is no article:
               duplicate (of an earlier document), rejected (by a rule) or unreadable
    reason     why the document is unreadable; otherwise ""
    """

    articles: tuple[Record, ...]
    audit: tuple[Entry, ...]
    status: ResultStatus
    reason: str = ""

    @property
    def text(self) -> str:
        """The texts of all articles, separated by blank lines."""
        return "\n\n".join(article.text for article in self.articles)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as dicts, lists, strings and numbers, which `json.dumps` can write."""
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return found


class Cleaner:
    """A selection of rules, compiled once.  Threads can share a Cleaner, and it can be pickled.

    rules      your own packs, which are used with the built-in rules: paths of .toml files, or of folders of them
    profile    "careful": rules that are certain; "standard": also likely ones; "hard": also guesses
    select     use only these rules: ids, packs ("core"), or patterns ("core/*")
    ignore     do not use these rules
    captions   put the picture captions that were removed, with their credits, into the field `captions` of each article
    structure  "markdown": put the text with headings, lists and tables into the field `markdown` of each article
    links      write links into the Markdown, too
    config     the path of a copydesk.toml.  Its tables [common] and [clean] apply.  `rules` and `ignore` are added to
               those of the config; other arguments override it.  By default no config is read

    Raises TypeError and ValueError for a wrong argument, and PackError for a pack or a config that cannot be used.

    >>> cleaner = Cleaner(profile="careful", ignore=["npr"])
    >>> cleaner.clean("Belarus rally grows\\n\\nImage copyright\\n\\nTens of thousands marched on Sunday.").text
    'Belarus rally grows\\n\\nTens of thousands marched on Sunday.'
    """

    def __init__(
        self,
        *,
        rules: StrPath | Sequence[StrPath] = (),
        profile: Profile | None = None,
        select: str | Sequence[str] = (),
        ignore: str | Sequence[str] = (),
        captions: bool | None = None,
        structure: Structure | None = None,
        links: bool | None = None,
        config: StrPath | None = None,
    ) -> None:
        read_config = named_config(Path(_path(config))) if config is not None else Config()
        options = read_config.clean_options()
        if captions is not None:
            options = structs.replace(options, captions=_yes_or_no("captions", captions))
        if structure is not None:
            options = structs.replace(options, structure=one_of("structure", structure, get_args(Structure)) or "none")
        if links is not None:
            options = structs.replace(options, links=_yes_or_no("links", links))
        if options.links and options.structure == "none":
            raise ValueError("links are written only into Markdown: give structure='markdown', too")
        packs = [rules] if isinstance(rules, str | PathLike) else sequence("rules", rules)
        selection = Selection(
            packs=(*options.rules, *(fspath(_path(pack)) for pack in packs)),
            only=options.only_rules,
            select=rule_patterns(_words("select", select) or _words("select", options.select)),
            ignore=rule_patterns([*_words("ignore", options.ignore), *_words("ignore", ignore)]),
            profile=one_of("profile", profile, get_args(Profile)) or options.profile,
            risky=options.repair == "risky",
            detect_language=options.detect,
            links=options.links,
            exceptions=read_config.exceptions(datetime.now(UTC).date()),
            overrides=read_config.overrides(datetime.now(UTC).date()),
        )
        self._compile(settled(selection), options)

    def _compile(self, selection: Selection, options: CleanOptions) -> None:
        self._selection, self._options = selection, options
        self._rules = compile_rules(selection)
        self._dedup = DedupSettings(
            scope=options.dedup or "article",
            threshold=options.threshold,
            numbers=options.numbers,
            copies=options.copies,
            keep=options.keep,
            action=options.dedup_action,
        )

    def __getstate__(self) -> tuple[Selection, CleanOptions]:
        """Return the settings, and the hashes of the packs: unpickling reads the packs again, and refuses others."""
        return self._selection, self._options

    def __setstate__(self, state: tuple[Selection, CleanOptions]) -> None:
        self._compile(*state)

    def __repr__(self) -> str:
        chosen = self._selection
        return f"Cleaner(rules={list(chosen.packs)}, profile='{chosen.profile}')"

    def clean(
        self, document: Document, *, kind: Kind | None = None, url: str = "", publisher: str = "", record: str = ""
    ) -> Result:
        """Return the result for one document.  Near-duplicate paragraphs within the document are removed.

        A `str` is the text itself, or HTML.  For a file, give a `Path`.  Bytes are decoded.  A record (a dict) is read
        like a line of JSONL.  `kind` is "text" or "html"; by default it is recognised.  `url` and `publisher` select
        the rules of a publisher.  `record` names the document in the audit and in the ids of its articles; the default
        is `url`, the id of a record, or a hash of the content.  A file has its path instead.

        Raises Unreadable if the document is not text, and TypeError or ValueError for a wrong argument.
        """
        if record and isinstance(document, PathLike):
            raise ValueError("record is for texts and records: a file is named by its path")
        if isinstance(document, tuple):
            raise TypeError("a pair of an id and a text is for clean_many(); here, give the text, and record=ID")
        name, site = _string("record", record) or _string("url", url), _string("publisher", publisher)
        given = _Given(one_of("kind", kind, get_args(Kind)), _string("url", url), site, name)
        raw = self._only(document, given)
        BUDGET.renew()
        settings = self._dedup
        find = None if settings.scope == "off" else partial(duplicates_within, settings=settings)
        return _result(clean(raw, self._rules, find, fields=self._options.fields()))

    def clean_many(self, records: Iterable[Item], *, dedup: Scope | DedupSettings | None = None) -> Iterator[Result]:
        """Yield a result for each document, in order.

        Each item of `records` is a text, bytes, a record (a dict), a pair of (id, text), or a path.  A path stands for
        all documents of the file or folder.

        `dedup` says where near-duplicates are looked for.  With "off" (nowhere) and "article" (within each article),
        results stream, some hundred documents at a time.  With "run", all documents are compared: they are kept in
        temporary files, and the first result comes when all documents are read.  The result of a document that cannot
        be read has the status "unreadable", and a reason.

        >>> results = Cleaner().clean_many([("a", "Rain on Monday"), {"id": "b", "text": "Sun on Tuesday"}])
        >>> [(result.status, result.articles[0].origin.record) for result in results]
        [('full', 'a'), ('full', 'b')]
        """
        if isinstance(records, str | bytes | Mapping | PathLike) or not isinstance(records, Iterable):
            raise TypeError(f"clean_many() takes an iterable of documents, not {kind_of(records)}: put it in a list")
        settings = dedup if isinstance(dedup, DedupSettings) else self._settings(dedup)
        check_settings(settings)
        raws = self._numbered(records)
        return self._run(raws, settings) if settings.scope == "run" else self._stream(raws, settings)

    def _settings(self, dedup: Scope | None) -> DedupSettings:
        scope = one_of("dedup", dedup, get_args(Scope))
        return structs.replace(self._dedup, scope=scope) if scope else self._dedup

    def _stream(self, raws: Iterable[Raw | Reject], settings: DedupSettings) -> Iterator[Result]:
        BUDGET.renew()
        judged = judge_all(map(self._parsed, raws), self._rules)
        job = Job(fields=self._options.fields())
        yield from (_finished(*pair, job) for pair in with_own_duplicates(judged, settings))

    def _run(self, raws: Iterator[Raw | Reject], settings: DedupSettings) -> Iterator[Result]:
        """Yield documents as a run of the command line does: prepared in shards, compared, and finished."""
        job, owner = Job(selection=self._selection, dedup=settings, fields=self._options.fields()), getpid()
        with scratch() as workspace:
            count = self._prepared(job, workspace, raws)
            if count:
                select(job, workspace, count)
            for shard in range(count):
                judged = read_judged(workspace, shard)
                for result, duplicates in with_duplicates(judged, read_drops(workspace, shard), settings):
                    yield _finished(result, duplicates, job)
                    if getpid() != owner:  # both processes would read the same file, and each would get a part
                        raise RuntimeError("clean_many() was begun before a fork: call it again in this process")

    def _prepared(self, job: Job, workspace: Workspace, raws: Iterator[Raw | Reject]) -> int:
        """Judge all documents and write them in shards; return the number of shards."""
        count = 0
        for count, some in enumerate(_chunks(raws, SHARD_DOCUMENTS), 1):
            BUDGET.renew()
            parsed = map(self._parsed, some)
            if self._rules.asks_what_recurs:
                stage_parsed(workspace, count - 1, parsed)
            else:
                prepare(job, workspace, count - 1, judge_all(parsed, self._rules))
        if count and self._rules.asks_what_recurs:
            add_up_lines(workspace, count)
            for shard in range(count):
                staged = read_parsed(workspace, shard)
                prepare(job, workspace, shard, judge_all(staged, self._rules, line_counts(workspace)))
        return count

    def _parsed(self, raw: Raw | Reject) -> Parsed | Reject:
        return raw if isinstance(raw, Reject) else parse_one(raw, self._rules)

    def _only(self, document: Document, given: "_Given") -> Raw:
        """Return the one document that is given.  Raises Unreadable and ValueError."""
        found = list(islice(self._raw_documents(document, 1, given), 2))
        if len(found) != 1:
            raise ValueError(
                f"{str(document)!r} holds {'several' if found else 'no'} documents; use clean_many([path])"
            )
        if isinstance(found[0], Reject):
            raise Unreadable(f"{found[0].path}:{found[0].row}", found[0].reason)
        return found[0]

    def _numbered(self, records: Iterable[Item]) -> Iterator[Raw | Reject]:
        """Yield the raw documents of records, by their numbers from 1; in the place of an unreadable one, a reject."""
        for row, item in enumerate(records, 1):
            if is_missing(item[1] if isinstance(item, tuple) and len(item) == 2 else item):
                yield Reject(NO_PATH, row, "has no text: it is missing (None, NaN)", b"")
                continue
            try:
                yield from self._raw_documents(item, row, _Given())
            except (Unreadable, NoInput) as error:
                yield Reject(well_formed(error.place) or NO_PATH, row, well_formed(error.fault), b"")
            except TypeError as error:
                raise TypeError(f"document number {row}: {error}") from error

    def _raw_documents(self, item: Item, row: int, given: "_Given") -> Iterator[Raw | Reject]:
        """Yield the raw documents that an item stands for.  Raises Unreadable, NoInput and TypeError."""
        reading = self._reading(given)
        match item:
            case str() | bytes():
                yield raw_text(item, row, given.record, given.kind, reading)
            case Mapping():
                if given.kind:
                    raise ValueError('kind is for texts; name the HTML field of records in a config: html-field = "…"')
                yield raw_record(item, row, given.record, reading)
            case PathLike():
                found = find([fspath(item)], reading)
                yield from (Reject(name, row, fault, b"") for name, fault in found.unreadable)
                for source in found.sources:
                    for share in shares(source, reading, SHARE_BYTES):
                        yield from (one for one in read_share(share, reading) if isinstance(one, Raw) or one.is_error)
            case tuple((str() | Integral() as name, str() | bytes() as body)):
                yield raw_text(body, row, well_formed(str(name)), given.kind, reading)
            case tuple((name, text)):
                raise TypeError(f"a pair is an id (str or int) and a text, not {kind_of(name)} and {kind_of(text)}")
            case list():  # two paragraphs would look like an id and a text
                raise TypeError("a document is not a list: join its paragraphs with blank lines; a pair is a tuple")
            case _:
                said = f"a document is a str, bytes, a Path or a record (a dict), not {kind_of(item)}"
                way_out = "; for a missing text give '', or all texts to clean_many" if is_missing(item) else ""
                raise TypeError(said + way_out)

    def _reading(self, given: "_Given") -> Reading:
        options = self._options
        return Reading(
            format=given.kind,
            text_field=options.text_field,
            html_field=options.html_field,
            encoding=options.encoding,
            metadata=Metadata(publisher=given.publisher or options.publisher, url=given.url),
        )


class _Given(Struct, frozen=True):
    """The arguments of a caller for one document."""

    kind: Kind | None = None
    url: str = ""
    publisher: str = ""
    record: str = ""


def _finished(judged: Judged | Reject, duplicates: DocumentDuplicates, job: Job) -> Result:
    finished = judged if isinstance(judged, Reject) else finish_one(judged, duplicates, job)
    if not isinstance(finished, Reject):
        return _result(finished)
    # A caller knows the place of its own document, but not the file of a document in a folder.
    place = "" if finished.path == NO_PATH else f"{finished.path}:{finished.row}: "
    return Result((), (), "unreadable", place + finished.reason)


def _result(cleaned: Cleaned) -> Result:
    if cleaned.records:
        longest = max(cleaned.records, key=lambda article: article.word_count)
        return Result(cleaned.records, cleaned.audit, longest.status)
    is_rejected = any(entry.action == "reject" for entry in cleaned.entries)
    return Result((), cleaned.audit, "rejected" if is_rejected else "duplicate")


def _chunks(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while some := list(islice(items, size)):
        yield some


def check_settings(settings: DedupSettings) -> None:
    """Raise TypeError or ValueError for a wrong value of a setting of duplicates."""
    for name, known in get_type_hints(DedupSettings).items():
        if words := get_args(known):
            value = getattr(settings, name)
            if one_of(name, value, words) is None:
                raise TypeError(f"{name} is one of {', '.join(words)}, not None")
    threshold = settings.threshold
    if not isinstance(threshold, int | float) or isinstance(threshold, bool):
        raise TypeError(f"threshold is a number from {MIN_THRESHOLD} to 1, not {kind_of(threshold)}")
    if not MIN_THRESHOLD <= threshold <= 1:
        raise ValueError(f"threshold is a similarity from {MIN_THRESHOLD} to 1, not {threshold}")


def one_of(name: str, value: Any, known: Sequence[str]) -> Any:
    """Return a word if it is one of the known words; None for None. Raises TypeError and ValueError."""
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} is a str, not {kind_of(value)}: one of {', '.join(known)}")
    if value is None or value in known:
        return value
    raise ValueError(f"{name} is one of {', '.join(known)}, not '{value}'.  {did_you_mean(value, known)}".rstrip())


def _words(name: str, given: str | Sequence[str]) -> list[str]:
    """Return ids of rules, given one by one or with commas between them.  Raises TypeError."""
    words = [given] if isinstance(given, str) else sequence(name, given)
    if odd := [word for word in words if not isinstance(word, str)]:
        raise TypeError(f"{name} takes ids of rules, such as 'core/read-more', not {kind_of(odd[0])}")
    return words


def _yes_or_no(name: str, given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError(f"{name} is True or False, not {kind_of(given)}")
    return given


def _string(name: str, given: Any) -> str:
    """Return an argument that is a text, as it can be written.  Raises TypeError."""
    if not isinstance(given, str):
        raise TypeError(f"{name} is a str, not {kind_of(given)}")
    return well_formed(given)


def sequence(name: str, given: Any) -> list[Any]:
    """Return an argument that is an iterable as a list.  Raises TypeError."""
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(f"{name} takes an iterable, not {kind_of(given)}")
    return list(given)


def _path(given: StrPath) -> StrPath:
    if not isinstance(given, str | PathLike):
        raise TypeError(f"a pack or a config is named by its path, not by {kind_of(given)}")
    return given


def kind_of(value: object) -> str:
    """Return what a value is, for a message."""
    return "None" if value is None else type(value).__name__
