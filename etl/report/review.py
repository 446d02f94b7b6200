"""The actions of a reviewer, independent of HTTP: verdicts, exceptions, rules, and the effect of a rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from threading import RLock
from typing import Any

import msgspec
from msgspec import Struct

from etl.errors import UsageError
from etl.examples import failures
from etl.packs import Selection, Sourced, load_pack
from etl.packs.shipped import builtin_rules
from etl.packs.validate import check
from etl.report import ready
from etl.report.changes import ArticleChanges, ShownBlock, entries_of
from etl.report.effect import effect
from etl.report.pack_folder import RULES, LineVerdict, PackFolder, on_trial
from etl.report.sample import removed_by

# The most lines in the effect of a rule whose places the page gets.
MAX_TAKEN = 200
# Characters of an example that an error quotes.
MAX_QUOTED = 200
# A request with a slow regex is not waited for.
MAX_REQUEST_SECONDS = 5
RELOAD = "Reload the page of the review, and try again."


class VerdictRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A verdict on the block of an article that starts at a character."""

    article: str
    start: int
    verdict: str


class BlockRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The block of an article that starts at a character."""

    article: str
    start: int


class RuleRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule in TOML, for a file of the pack."""

    toml: str
    file: str = RULES


class Review:
    """The articles that are reviewed, and the pack that learns from it.  One request is done at a time."""

    def __init__(self, articles: Sequence[ArticleChanges], pack: PackFolder, until: date) -> None:
        self._articles = {article.fields.id: article for article in articles}
        self._pack, self._until = pack, until
        self._lock = RLock()  # `end` may be called twice
        self._actions: Mapping[str, tuple[type[Struct], Callable[[Any], object]]] = {
            "verdict": (VerdictRequest, self._verdict),
            "exception": (BlockRequest, self._exception),
            "draft": (BlockRequest, self._draft),
            "try": (RuleRequest, self._try),
            "rule": (RuleRequest, self._rule),
        }

    def verdicts(self) -> object:
        """Return the verdicts on the articles so far, and the drawn removals with their places and verdicts."""
        with self._lock:
            return {
                "verdicts": [one for one in self._pack.verdicts if one.article in self._articles],
                "drawn": list(self._drawn_places()),
            }

    def act(self, action: str, body: bytes) -> object:
        """Do what a request asks for, and return the answer.  Raises CopydeskError."""
        if action not in self._actions:
            raise UsageError(action, "is not an action of the review", RELOAD)
        form, do = self._actions[action]
        try:
            request = msgspec.json.decode(body, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UsageError(action, f"was requested in the wrong form: {error}", RELOAD) from None
        with self._lock:
            return do(request)

    def end(self) -> None:
        """Complete the request that is being done, so that it leaves no temporary file.  No other is done after it."""
        self._lock.acquire(timeout=MAX_REQUEST_SECONDS)

    def _verdict(self, request: VerdictRequest) -> object:
        block = self._block(request.article, request.start)
        fields = {
            "article": request.article,
            "start": block.start,
            "end": block.end,
            "rule": block.entry.rule if block.entry else "",
            "kind": block.entry.kind if block.entry else "",
            "text": block.text,
            "verdict": request.verdict,
        }
        try:
            verdict = msgspec.convert(fields, LineVerdict)
        except msgspec.ValidationError:
            raise UsageError(request.verdict, "is not a verdict", "It is right, wrong or unsure.") from None
        drawn = self._pack.drawn()
        for removed in map(removed_by, entries_of(block)):
            if removed in drawn:
                self._pack.judge_drawn(removed, verdict.verdict)
                drawn[removed] = verdict.verdict
        self._pack.add_verdict(verdict)
        return {"verdicts": len(self._pack.verdicts), "left": sum(not one for one in drawn.values())}

    def _drawn_places(self) -> Iterator[dict[str, object]]:
        drawn = self._pack.drawn()
        for article in self._articles.values() if drawn else ():
            for block in article.blocks:
                for removed in map(removed_by, entries_of(block)):
                    if removed in drawn:
                        yield {"article": article.fields.id, "start": block.start, "verdict": drawn[removed]}

    def _exception(self, request: BlockRequest) -> object:
        block = self._block(request.article, request.start)
        toml = ready.exception(block.entry, self._until) if block.entry else ""
        if not toml:
            raise UsageError("", "no exception can keep this line", "Only lines that a rule removed can have one.")
        self._pack.add_exception(toml)
        return {"toml": toml}

    def _draft(self, request: BlockRequest) -> object:
        block = self._block(request.article, request.start)
        taken = [sourced.rule.id for sourced in self._pack.rules()]
        return {"toml": ready.rule(self._articles[request.article], block.start, taken)}

    def _try(self, request: RuleRequest) -> object:
        text = self._pack.with_rule(request.toml, request.file)
        with on_trial(text, request.file) as path:
            return self._effect(self._new_rule(path, request.file))

    def _rule(self, request: RuleRequest) -> object:
        text = self._pack.with_rule(request.toml, request.file)
        with on_trial(text, request.file) as path:
            sourced = self._new_rule(path, request.file)
            wrong = next(failures(Selection(packs=(str(path),), only=True, select=(sourced.name,))), None)
        if wrong:
            way_out = f"Correct the rule or the example, which reads: {wrong.example[:MAX_QUOTED]}"
            raise UsageError(sourced.name, f"on one of its own examples it {wrong.fault[:MAX_QUOTED]}", way_out)
        answer = self._effect(sourced)
        self._pack.write_rules(text, request.file)
        return answer

    def _new_rule(self, path: Path, file: str) -> Sourced:
        """Return the new rule: the last one of a temporary file, which the pack does not have.

        Raises PackError and UsageError.
        """
        rules = list(load_pack(path))
        if len(rules) != 1 + len(self._pack.rules(file)):
            raise UsageError("", "this is not one rule", "Write one [[rule]].")
        check(rules, builtin_rules())
        return rules[-1]

    def _effect(self, sourced: Sourced) -> object:
        taken = list(effect(sourced.rule, list(self._articles.values())))
        return {
            "rule": sourced.name,
            "taken": taken[:MAX_TAKEN],
            "count": len(taken),
            "new": sum(not one.rules for one in taken),
            "articles": len({one.article for one in taken}),
            "of": len(self._articles),
        }

    def _block(self, article: str, start: int) -> ShownBlock:
        blocks = self._articles[article].blocks if article in self._articles else ()
        found = next((block for block in blocks if block.start == start), None)
        if found is None:
            raise UsageError(f"{article}:{start}", "is not a line of the articles that are reviewed", RELOAD)
        return found
