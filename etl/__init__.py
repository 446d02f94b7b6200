"""What copydesk offers to Python code: clean one document and have its articles, its account lines and its counts.

>>> import etl
>>> done = etl.clean("Belarus rally grows – BBC News\\n\\nImage copyright\\n\\nTens of thousands marched on Sunday.")
>>> [(article.publisher, article.text) for article in done.records]
[('BBC News', 'Tens of thousands marched on Sunday.')]
>>> [(line.rule, line.before) for line in done.entries if line.action == "drop"]
[('core/caption-label', 'Image copyright')]
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.dedup import DedupSettings
    from etl.document import Cleaned
    from etl.model import Kind

__all__ = ["clean", "find_duplicates"]


def clean(body: "bytes | str", *, kind: "Kind" = "text", publisher: str = "", path: str = "-") -> "Cleaned":
    """Clean one document with the built-in rules; copies are sought within it.

    `path` goes into the records.  Raises etl.errors.Unreadable if the bytes are no text, and BooksError if kept and
    booked characters do not add up to what was read.
    """
    # `import etl` is cheap; the stages are imported when they are used.
    from hashlib import sha256

    from etl.dedup import DedupSettings
    from etl.document import clean as clean_document
    from etl.model import Metadata, Raw
    from etl.packs import Selection, compile_rules
    from etl.pipeline.duplicates import duplicates_within

    digest = sha256(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")).hexdigest()
    raw = Raw(path, body, digest, kind, metadata=Metadata(publisher=publisher))
    return clean_document(raw, compile_rules(Selection()), lambda judged: duplicates_within(judged, DedupSettings()))


def find_duplicates(texts: "Sequence[str]", settings: "DedupSettings | None" = None) -> list[tuple[int, int, float]]:
    """Return the texts that are copies of an earlier one: (index, index of its keeper, exact Jaccard of the two).

    The keeper is no copy itself.  Texts of fewer than ten words are never duplicates, unless `settings` say otherwise.

    >>> said = "Tens of thousands of people marched through the centre of Minsk on Sunday"
    >>> find_duplicates([said, "Minsk", said + ", police said"])
    [(2, 0, 0.8461538461538461)]
    """
    import numpy as np

    from etl.dedup import DEFAULT_SETTINGS
    from etl.dedup.fingerprint import fingerprint
    from etl.dedup.selection import duplicates

    chosen = settings or DEFAULT_SETTINGS
    found = duplicates(fingerprint(texts, chosen), np.arange(len(texts)), chosen)
    return list(zip(found.index.tolist(), found.keeper.tolist(), found.similarity.tolist(), strict=True))
