"""Which lines recur in the run: how a line is counted, and what may be asked of the counts.  Counts nothing itself."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Protocol

from etl.fold import fold
from etl.model import Article, Document

# Characters.  A longer line that recurs is a sentence, and a matter of copies.
MAX_LINE_CHARS = 200
_KEY_BYTES = 8


class Counts(Protocol):
    """In how many documents of the run something stands, by its key; what stands in one may be left out."""

    def get(self, key: int, default: int, /) -> int:
        """Give the documents, or the default."""


def key(folded: str, publisher: str = "") -> int:
    """Give the key of a folded line in all documents, or in those of a publisher; that of the publisher if it is "".

    It is 64 bits: among a thousand million lines, one in 36 shares its key with another.
    """
    name = f"{publisher}\0{folded}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=_KEY_BYTES).digest(), "little")


def keys(document: Document, articles: Iterable[Article]) -> Iterator[int]:
    """Give the keys of what stands in a document: its short lines, those of its publishers, and its publishers."""
    for article in articles:
        publisher = article.publisher.id if article.publisher else ""
        lines = {fold(block.text) for block in article.blocks_of(document) if 0 < len(block.text) <= MAX_LINE_CHARS}
        yield from (key(line) for line in lines)
        if publisher:
            yield key("", publisher)
            yield from (key(line, publisher) for line in lines)
