"""Lines that recur in a run: the key under which a line is counted, and the interface of the counts."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Protocol

from etl.fold import fold
from etl.model import Article, Document

# Characters.  A longer line that recurs is a sentence, and is handled as a duplicate.
MAX_LINE_CHARS = 200
_KEY_BYTES = 8


class LineCounts(Protocol):
    """The number of documents of the run with a line, by the key of the line.

    Lines in only one document may be missing.
    """

    def get(self, key: int, default: int, /) -> int:
        """Return the number of documents, or the default."""


def line_key(folded: str, publisher: str = "") -> int:
    """Return the key of a folded line in all documents, or in those of a publisher; for "", the key of the publisher.

    It has 64 bits: among a thousand million lines, the probability that two have the same key is one in 36.
    """
    name = f"{publisher}\0{folded}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=_KEY_BYTES).digest(), "little")


def line_keys(document: Document, articles: Iterable[Article]) -> Iterator[int]:
    """Yield the keys to count for a document: of its short lines, those of its publishers, and its publishers."""
    for article in articles:
        publisher = article.publisher.id if article.publisher else ""
        lines = {fold(block.text) for block in article.blocks_of(document) if 0 < len(block.text) <= MAX_LINE_CHARS}
        yield from (line_key(line) for line in lines)
        if publisher:
            yield line_key("", publisher)
            yield from (line_key(line, publisher) for line in lines)
