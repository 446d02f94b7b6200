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

    from etl.dedup import Likeness
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

    from etl.document import clean as clean_document
    from etl.model import Metadata, Raw
    from etl.packs import Selection, compile_rules
    from etl.pipeline.copies import duplicates_within
    from etl.pipeline.job import Copying

    digest = sha256(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")).hexdigest()
    raw = Raw(path, body, digest, kind, metadata=Metadata(publisher=publisher))
    return clean_document(raw, compile_rules(Selection()), lambda judged: duplicates_within(judged, Copying()))


def find_duplicates(texts: "Sequence[str]", likeness: "Likeness | None" = None) -> list[tuple[int, int, float]]:
    """Find the texts that are copies of an earlier one: (index, index of its keeper, exact Jaccard of the two).

    The keeper is no copy itself.  Texts of fewer than ten words are nobody's copy, unless `likeness` says otherwise.

    >>> said = "Tens of thousands of people marched through the centre of Minsk on Sunday"
    >>> find_duplicates([said, "Minsk", said + ", police said"])
    [(2, 0, 0.8461538461538461)]
    """
    import numpy as np

    from etl import dedup

    chosen = likeness or dedup.USUAL
    found = dedup.duplicates(dedup.fingerprint(texts, chosen), np.arange(len(texts)), chosen)
    return list(zip(found.index.tolist(), found.keeper.tolist(), found.likeness.tolist(), strict=True))
