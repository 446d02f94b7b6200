"""The work of a check on one shard: documents are processed as in `clean`, and give findings instead of outputs.

Data for checks that need all shards is written to the workspace: fingerprints and ids of articles, and short lines.
"""

from collections.abc import Sequence
from itertools import chain

import msgspec
from msgspec import Struct, structs

from etl.audit import Entry
from etl.check.articles import Article, faults_of
from etl.check.audits import check_audit
from etl.check.checks import CHECKS
from etl.check.furniture import FRAME, findings_of
from etl.check.model import Finding, Key, Limit, Place, Subject
from etl.check.records import ArticleRecord, As, record_of, records_of
from etl.check.recurring import Lines
from etl.check.tally import Tallied, Tally
from etl.document import Cleaned, Judged
from etl.formats import OWN, Reject, Share
from etl.formats.input_files import COMPRESSED
from etl.model import Block, Removal
from etl.pipeline.fingerprints import BlockTexts, write_fingerprints
from etl.pipeline.job import Job, Shard
from etl.pipeline.tasks import cleaned_documents
from etl.pipeline.workspace import Workspace
from etl.record import article_id
from etl.refrains import refrains
from etl.rules.classifier.model import CLASSIFIER
from etl.rules.regexes.budget import BUDGET

ARTICLES = "checked-articles"
# Checks that need recurring short lines.
RECURRING = ("raw.suspects", "art.suspects", "raw.drift")


class CheckJob(Struct, frozen=True):
    """The settings that a worker gets: how documents are cleaned, the checks, and the limits."""

    job: Job
    checks: frozenset[str]
    limits: tuple[Limit, ...] = ()
    as_what: As = ""

    def for_articles(self) -> Job:
        """Return the job for articles of other tools: by rules alone.

        The classifier needs the lines around a line, and these are unknown. (The classifier never judges our own
        articles.)
        """
        ignore = (*self.job.selection.ignore, CLASSIFIER)
        return structs.replace(self.job, selection=structs.replace(self.job.selection, ignore=ignore))

    def has(self, *checks: str) -> bool:
        """Return whether one of these checks runs."""
        return not self.checks.isdisjoint(checks)


class Checked(Struct, frozen=True):
    """The result of a shard.  `articles` are the articles whose ids and blocks are in the workspace.

    `unread` counts inputs that could not be read, if no check counts them.
    """

    tallied: Tallied
    documents: int
    articles: int
    notes: tuple[str, ...] = ()
    unread: int = 0


class ArticleAt(Struct, frozen=True, gc=False):
    """An article of a shard, for checks that need all shards.

    `refrains` are the lines of refrains: they are not duplicates within the article.
    """

    id: str
    publisher: str
    place: Place
    refrains: tuple[int, ...] = ()


def check_shard(job: CheckJob, workspace: Workspace, shard: Shard) -> Checked:
    """Check the documents and audits of a shard."""
    BUDGET.renew()
    return _ShardCheck(job).run(workspace, shard)


class _ShardCheck:
    """A check of one shard under way."""

    def __init__(self, job: CheckJob) -> None:
        self._job = job
        self._tally, self._lines = Tally(job.limits), Lines()
        self._articles: list[ArticleAt] = []
        self._blocks = BlockTexts()
        self._documents = self._unread = 0
        self._notes: list[str] = []

    def run(self, workspace: Workspace, shard: Shard) -> Checked:
        for share in shard.shares:
            if share.fault == OWN:
                self._check_audit(share)
        self._check_shares(workspace, [share for share in shard.shares if share.fault != OWN])
        self._save(workspace, shard.number)
        return Checked(self._tally.value(), self._documents, len(self._articles), tuple(self._notes), self._unread)

    def _check_audit(self, share: Share) -> None:
        audited = check_audit(share.source, self._job.checks)
        self._notes += audited.notes
        for place, findings in audited.documents:
            self._documents += 1
            self._tally.add(Subject("audit", path=place.path), self._wanted(findings))

    def _check_shares(self, workspace: Workspace, shares: Sequence[Share]) -> None:
        of_file = {share.source.name: share for share in shares}
        known = {
            (share.source.name, row): record
            for share in shares
            for row, record in records_of(share, self._job.as_what).items()
        }
        of_articles = {name for name, _ in known}
        are_all, pages, articles = self._job.as_what == "articles", list[Share](), list[Share]()
        for share in shares:
            (articles if are_all or share.source.name in of_articles else pages).append(share)
        for result in chain(
            cleaned_documents(self._job.job, workspace, pages),
            cleaned_documents(self._job.for_articles(), workspace, articles),
        ):
            if isinstance(result, Reject):
                self._reject(result, of_file[result.path], known.get((result.path, result.row)))
                continue
            judged, cleaned = result
            document = judged.document
            self._documents += 1
            file_line = _file_line(of_file[document.path], document.row)
            place = Place(document.path, document.row, 0, document.record, file_line=file_line)
            record = known.get((document.path, document.row)) or record_of(document, self._job.as_what)
            if record:
                self._check_article(record, judged, cleaned, place)
            else:
                self._check_page(judged, cleaned, place)

    def _reject(self, reject: Reject, share: Share, record: ArticleRecord | None) -> None:
        if not reject.is_error:
            return
        self._documents += 1
        at = Place(reject.path, reject.row, 0, str(reject.row) if share.format == "jsonl" else "")
        place = structs.replace(at, file_line=_file_line(share, reject.row))
        if record:
            place = structs.replace(place, article=record.id, origin=record.origin)
            fault = record.faults[0] if record.faults else None
            key = Key("art.schema", fault.field if fault else "text", record.publisher)
            finding = Finding(key, place, fault.words if fault else reject.reason, record.id)
        else:
            finding = Finding(Key("raw.unreadable"), place, reject.reason)
        self._unread += finding.key.check not in self._job.checks
        subject = Subject(CHECKS[finding.key.check].scope, finding.key.publisher, path=reject.path)
        self._tally.add(subject, self._wanted([finding]))

    def _check_article(self, record: ArticleRecord, judged: Judged, cleaned: Cleaned, place: Place) -> None:
        document = judged.document
        place = structs.replace(place, article=record.id, origin=record.origin)
        article = Article(record, document.text, document.blocks, place)
        findings = [*faults_of(article), *findings_of(cleaned.entries, "art", record.publisher, place)]
        subject = Subject("art", record.publisher, record.language, record.status, document.path, len(document.text))
        self._tally.add(subject, self._wanted(findings))
        blocks = [pair for at in range(len(judged.articles)) for pair in _blocks(judged, at)]
        self._lines.add("art", record.publisher, blocks, place)
        self._remember(record, document.blocks, place)

    def _remember(self, record: ArticleRecord, blocks: Sequence[Block], place: Place) -> None:
        """Record an article with its blocks, for checks across shards."""
        texts = ((block.text, f":{block.line}") for block in blocks)
        self._blocks.add_article(str(place), (place.path, record.id), texts)
        natural = refrains(blocks)
        lines = tuple(block.line for block in blocks if block.index in natural)
        self._articles.append(ArticleAt(record.id, record.publisher, place, lines))

    def _check_page(self, judged: Judged, cleaned: Cleaned, place: Place) -> None:
        document, written = judged.document, {record.id: record for record in cleaned.records}
        lost = _lost(judged, cleaned)
        by_article: dict[str, list[Entry]] = {}
        for entry in cleaned.entries:
            by_article.setdefault(entry.article_id, []).append(entry)
        for at, article in enumerate(judged.articles):
            name = article_id(document, article)
            publisher = article.publisher.name if article.publisher else article.metadata.publisher
            findings = list(findings_of(by_article.get(name, ()), "raw", publisher, place))
            if lost and at == 0:
                findings.append(
                    Finding(Key("raw.empty", lost, publisher), place, _LOST.get(lost, f"{lost} rejects it"))
                )
            characters = sum(block.char_end - block.char_start for block in article.blocks_of(document))
            status = written[name].status if name in written else ""
            subject = Subject("raw", publisher, article.metadata.language, status, document.path, characters)
            self._tally.add(subject, self._wanted(findings))
            self._lines.add("raw", publisher, _blocks(judged, at), place)

    def _wanted(self, findings: Sequence[Finding]) -> list[Finding]:
        return [finding for finding in findings if finding.key.check in self._job.checks]

    def _save(self, workspace: Workspace, shard: int) -> None:
        if self._job.has(*RECURRING):
            self._lines.save(workspace, shard)
        with workspace.writing(ARTICLES, shard, ".msgpack") as path:
            path.write_bytes(msgspec.msgpack.encode(self._articles))
        if self._job.has("art.duplicates"):
            write_fingerprints(self._job.job, workspace, shard, self._blocks)


_LOST = {
    "emptied": "all text of the page was removed",
    "blank": "has no text",
    "suspect": "rules match all its prose because of neighbouring lines, so the story was not recognised",
}


def read_articles(workspace: Workspace, shard: int) -> list[ArticleAt]:
    """Return the articles of a shard."""
    packed = workspace.path(ARTICLES, shard, ".msgpack").read_bytes()
    return msgspec.msgpack.decode(packed, type=list[ArticleAt])


def _lost(judged: Judged, cleaned: Cleaned) -> str:
    """Return why a page has no story; "" if it has one."""
    if any(record.status == "suspect" for record in cleaned.records):
        return "suspect"
    if any(record.text.strip() for record in cleaned.records):
        return ""
    removals = [one for of_article in judged.removals for one in of_article if one.action != "tag"]
    if rejecting := next((one.rule for one in removals if one.action == "reject"), ""):
        return rejecting
    return "emptied" if any(not one.rule.startswith(FRAME) for one in removals) else "blank"


def _blocks(judged: Judged, at: int) -> list[tuple[Block, Sequence[Removal]]]:
    """Return the blocks of an article, each with its removals."""
    by_block: dict[int, list[Removal]] = {}
    for removal in judged.removals[at]:
        by_block.setdefault(removal.block, []).append(removal)
    blocks = judged.articles[at].blocks_of(judged.document)
    return [(block, by_block.get(block.index, ())) for block in blocks]


def _file_line(share: Share, row: int) -> int:
    """Return the line of a file on which a record begins; 1 for plain text, where the line is that of the block."""
    lines = {"jsonl": row, "text": 1}
    return 0 if share.source.path.endswith(COMPRESSED) else lines.get(share.format, 0)
