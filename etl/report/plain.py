"""An article with all that was done to it, as lines of text: a sign, the line of the input, the words, and why."""

from collections.abc import Iterator

from msgspec import Struct

from etl.audit import Entry
from etl.report.changes import ArticleChanges, ShownBlock, Span

REMOVED, MOVED, COPY, CHANGED, TAGGED, KEPT = "-", ">", "=", "~", "?", " "
SIGNS = {"extract": MOVED, "duplicate": COPY}


class PlainBlock(Struct, frozen=True):
    """A block: how it fared (a sign), its line in the input, its words, and by which rules; "" if nothing was done."""

    sign: str
    line: int
    text: str
    why: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether the article does not have it."""
        return self.sign in (REMOVED, MOVED, COPY)


def plain_blocks(article: ArticleChanges) -> Iterator[PlainBlock]:
    """Yield the blocks of an article, in reading order."""
    for block in article.blocks:
        yield _removed(block.line, block.entry) if block.entry else _kept(block)


def _removed(line: int, entry: Entry) -> PlainBlock:
    why = f"{entry.kind} {entry.rule}"
    if entry.duplicate_of:
        why = f"{entry.rule} {entry.similarity:.2f} of {entry.duplicate_of}"
    return PlainBlock(SIGNS.get(entry.action, REMOVED), line, entry.before, why)


def _kept(block: ShownBlock) -> PlainBlock:
    changes = [span.entry for span in block.spans if span.entry and span.entry.action != "tag"]
    rules = dict.fromkeys(entry.rule for entry in (*changes, *block.tags))
    sign = CHANGED if changes else TAGGED if block.tags else KEPT
    return PlainBlock(sign, block.line, "".join(map(_marked, block.spans)), ", ".join(rules))


def _marked(span: Span) -> str:
    """Return a span as a word diff writes it: [-before-]{+after+}."""
    entry = span.entry
    if entry is None or entry.action == "tag":
        return span.text
    before = f"[-{entry.before}-]" if entry.before else ""
    return before + (f"{{+{entry.after}+}}" if entry.after else "")
