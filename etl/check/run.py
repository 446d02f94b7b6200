"""A check of all inputs: shard by shard, then the checks that need all shards."""

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b
from itertools import chain, groupby
from pathlib import Path

from msgspec import Struct, structs

from etl.check.audits import audit_path, is_audit
from etl.check.checks import CHECKS
from etl.check.model import Finding, Key, Subject
from etl.check.recurring import Line, recurring, suspects
from etl.check.tally import Tallied, Tally
from etl.check.tasks import RECURRING, ArticleAt, Checked, CheckJob, check_shard, read_articles
from etl.engines import Engine
from etl.errors import NoInput
from etl.formats import OWN, Found, Share, Source, shares, spooled
from etl.packs import compile_rules
from etl.pipeline.fingerprints import file_of
from etl.pipeline.job import Shard
from etl.pipeline.lines import add_up_lines
from etl.pipeline.run import Progress, grouped
from etl.pipeline.select_duplicates import WHOLE, Drop, read_drops, select
from etl.pipeline.tasks import parse_shard
from etl.pipeline.workspace import Workspace


class CheckOutcome(Struct, frozen=True):
    """The result of a check before it is compared with limits: sums, lines that recur, and messages for the user.

    `unread` counts inputs that could not be read, if no check counts them.
    """

    tallied: Tallied
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    unread: int = 0


def run_check(job: CheckJob, found: Found, workspace: Workspace, engine: Engine, progress: Progress) -> CheckOutcome:
    """Check all inputs.  Raises NoInput if there is nothing in them."""
    planned = _Plan(job, found)
    if compile_rules(job.job.selection).asks_what_recurs:
        planned = _Plan(job, spooled(found, Path(workspace.folder)))
        parsed = engine.map(partial(parse_shard, job.job, workspace), planned.shards())
        add_up_lines(workspace, sum(1 for _ in parsed))
    tally, checked = Tally(job.limits), list[Checked]()
    progress.start("check", sum(source.size for source in found.sources))
    for one in engine.map(partial(check_shard, job, workspace), planned.shards()):
        tally.merge(one.tallied)
        progress.advance(job.job.shard_bytes, one.documents)
        checked.append(structs.replace(one, tallied=Tallied()))
    if _is_blank(tally.value()) and not any(one.unread for one in checked):
        raise NoInput(
            " ".join(source.name for source in found.sources[:3]), "there is nothing to read", *planned.notes[:1]
        )
    lines = recurring(workspace, len(checked), tally.value().totals) if job.has(*RECURRING) else []
    of_all = chain(suspects(lines, tally.value().totals), _of_all(job, workspace, checked, engine.jobs))
    wanted = (one for one in of_all if one.key.check in job.checks)
    for (check, path, _), group in groupby(wanted, key=lambda one: (one.key.check, one.place.path, one.place.row)):
        findings = list(group)
        tally.find(Subject(CHECKS[check].scope, findings[0].key.publisher, path=path), findings)
    notes = dict.fromkeys([*planned.notes, *(note for one in checked for note in one.notes)])
    return CheckOutcome(tally.value(), tuple(lines), tuple(notes), sum(one.unread for one in checked))


_NO_AUDIT = {
    False: "it holds rejects, a baseline or another file of copydesk without articles",
    True: "an audit can only be checked as a file, not from standard input",
}


def _is_blank(tallied: Tallied) -> bool:
    """Return whether there was nothing to check: no text of a page, no article, no audit and no unreadable input."""
    are_pages = all(scope == "raw" for scope, _ in tallied.totals)
    is_read = any(key.check == "raw.unreadable" for key in tallied.counts)
    return are_pages and not is_read and not any(count.characters for count in tallied.totals.values())


class _Plan:
    """The inputs, cut into shards by size; audits are shards of their own."""

    def __init__(self, job: CheckJob, found: Found) -> None:
        self._job, self._found = job.job, found
        self.notes = [f"passed over {name}: {reason}" for name, reason in found.passed_over]

    def shards(self) -> Iterator[Shard]:
        """Yield the shards, in order."""
        return grouped(self._shares(), self._job.shard_bytes)

    def _shares(self) -> Iterator[Share]:
        audits: set[str] = set()
        for name, fault in self._found.unreadable:
            yield Share(Source(name, name), fault=fault)
        for source in self._found.sources:
            for share in shares(source, self._job.reading, self._job.shard_bytes):
                if share.fault != OWN and not (share.format == "parquet" and is_audit(source)):
                    yield share
                    continue
                if is_audit(source):
                    path = audit_path(source.path)
                    if path not in audits:
                        audits.add(path)
                        yield Share(structs.replace(source, path=path), fault=OWN, size=self._job.shard_bytes)
                else:
                    self.notes.append(f"passed over {source.name}: {_NO_AUDIT[source.is_stream]}")
                break


def _of_all(job: CheckJob, workspace: Workspace, checked: Sequence[Checked], threads: int) -> Iterator[Finding]:
    """Yield the findings that need all shards."""
    if any(one.articles for one in checked):
        if "art.ids" in job.checks:
            yield from _same_ids(workspace, len(checked))
        if "art.duplicates" in job.checks:
            yield from _duplicates(job, workspace, len(checked), threads)


def _same_ids(workspace: Workspace, shards: int) -> Iterator[Finding]:
    """Yield the articles with the id of an earlier article.

    In memory are 8 bytes for each article, and those of a shard.
    """
    repeated = _repeated(workspace, shards)
    first: dict[str, str] = {}
    for shard in range(shards) if len(repeated) else ():
        for article in read_articles(workspace, shard):
            if _hash(article.id) in repeated:
                earlier = first.setdefault(article.id, str(article.place))
                if earlier != str(article.place):
                    words = f"the id {article.id!r} is that of {earlier} too"
                    yield Finding(Key("art.ids", "", article.publisher), article.place, words, article.id)


def _repeated(workspace: Workspace, shards: int) -> frozenset[int]:
    import numpy as np

    hashes = [
        np.fromiter((_hash(article.id) for article in read_articles(workspace, shard)), np.uint64)
        for shard in range(shards)
    ]
    found, counts = np.unique(np.concatenate(hashes), return_counts=True)
    return frozenset(found[counts > 1].tolist())


def _hash(article_id: str) -> int:
    return int.from_bytes(blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _duplicates(job: CheckJob, workspace: Workspace, shards: int, threads: int) -> Iterator[Finding]:
    """Yield the blocks and the whole articles that `clean` would drop as duplicates, each once."""
    select(job.job, workspace, shards, threads)
    for shard in range(shards):
        drops = read_drops(workspace, shard)
        if not drops:
            continue
        articles = read_articles(workspace, shard)
        blocks = file_of(workspace, shard).read_blocks("article", "suffix")
        numbers, suffixes = blocks["article"].to_pylist(), blocks["suffix"].to_pylist()
        whole: set[int] = set()
        for place, drop in sorted(drops.items()):
            number = numbers[place]
            article, line = articles[number], int(suffixes[place][1:])
            key = Key("art.duplicates", drop.rule, article.publisher)
            if drop.rule == WHOLE and number not in whole:
                whole.add(number)
                yield Finding(key, article.place, _copy(drop))
            elif drop.rule != WHOLE and not _is_refrain(line, article, drop):
                yield Finding(key, article.place.at(line), _copy(drop))


def _is_refrain(line: int, article: ArticleAt, drop: Drop) -> bool:
    """Return whether a duplicate is a refrain: a repeated line of an article whose keeper is in the same article."""
    return line in article.refrains and drop.keeper.rpartition(":")[0] == str(article.place)


def _copy(drop: Drop) -> str:
    return f"is a copy of {drop.keeper}: {drop.similarity:.2f} similar"
