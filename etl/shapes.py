"""The shapes of article records: copydesk's own, and those of other tools.

Every shape has the article's id and text, so that `restore` works with all shapes.  To add a shape, enter it in SHAPES,
and its name in ShapeName and in `etl.cli.options.SHAPES`.  If its fields have new names, enter these in
`etl.formats.own_records.FACT_PATHS`, where reports look for headline, date and the like, and in `etl.formats.names`, by
which `check` and `clean` read the articles again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, structs

from etl.addresses import host
from etl.captions import Caption
from etl.errors import RestoreError
from etl.record import NO_FIELDS, OptionalFields, Record

ShapeName = Literal["copydesk", "dolma", "hf", "trafilatura", "schema.org"]

# Arrow types by a word: "time" is a timestamp in milliseconds, UTC; a mapping is a struct, "people" a list of names,
# "pictures" a list of captions with credits.
Column = str | Mapping[str, "Column"]
Columns = Mapping[str, Column]


# A note: an article has metadata for which its shape has no field.
METADATA_LOST = "metadata without a field"


class Shape(Struct, frozen=True):
    """The form of a record: its fields, the paths of its id and text, and its columns in Parquet.

    `always` are the fields that a record always has; () means all columns.  `captions` and `markdown` are the paths of
    these optional fields, and the types of their columns.  Without `has_metadata`, there is no field for other fields
    of the source.
    """

    name: ShapeName
    fields: Callable[[Record], Any]
    columns: Columns
    id: str = "id"
    text: str = "text"
    always: tuple[str, ...] = ()
    captions: tuple[str, Column] = ("captions", "string")
    markdown: tuple[str, Column] = ("markdown", "string")
    has_metadata: bool = True

    def fits(self, names: frozenset[str]) -> bool:
        """Return whether a record with fields of these names can be of the shape."""
        known = {*self.columns, *(path.partition(".")[0] for path, _ in (self.captions, self.markdown))}
        return names <= known and names.issuperset(self.always or self.columns)


def _copydesk(record: Record) -> Record:
    return record


def _dolma(record: Record) -> dict[str, Any]:
    """Return a document of Dolma, with all fields that are not common in `metadata`."""
    return {
        "id": record.id,
        "text": record.text,
        "source": record.source,
        "added": record.added,
        "created": record.created,
        "metadata": {
            "url": record.url,
            "title": record.headline,
            "publisher": record.publisher,
            "author": record.author,
            "language": record.language,
            "status": record.status,
            "path": record.origin.path,
            "record": record.origin.record,
            "extra": record.metadata,
            **_optional(record),
        },
    }


def _hf(record: Record) -> dict[str, Any]:
    """Return flat fields with the names of FineWeb and similar datasets on the Hugging Face hub."""
    return {
        "text": record.text,
        "id": record.id,
        "url": record.url,
        "date": record.created,
        "title": record.headline,
        "author": record.author,
        "publisher": record.publisher,
        "language": record.language,
        "source": record.source,
        "file_path": record.origin.path,
        "word_count": record.word_count,
        "metadata": record.metadata,
        **_optional(record),
    }


def _trafilatura(record: Record) -> dict[str, Any]:
    """Return the fields of `trafilatura --json`; as there, null is unknown."""
    return {
        "title": record.headline or None,
        "author": record.author or None,
        "hostname": host(record.url) or None,
        "date": record.created[:10] or None,
        "fingerprint": None,
        "id": record.id,
        "license": None,
        "comments": "",
        "raw_text": record.text,
        "text": record.text,
        "language": record.language or None,
        "image": None,
        "pagetype": "article",
        "source": record.url or None,
        "source-hostname": record.publisher or None,
        "excerpt": None,
        "categories": "",
        "tags": "",
        **_optional(record),
    }


def _schema_org(record: Record) -> dict[str, Any]:
    """Return a NewsArticle of schema.org as JSON-LD, without unknown values."""
    names = [name.strip() for name in record.author.replace(";", ",").split(",")]
    fields = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "identifier": record.id,
        "headline": record.headline,
        "articleBody": record.text,
        "datePublished": record.created,
        "author": [{"@type": "Person", "name": name} for name in names if name],
        "publisher": {"@type": "NewsMediaOrganization", "name": record.publisher} if record.publisher else None,
        "inLanguage": record.language,
        "url": record.url,
        "wordCount": record.word_count,
        "image": _pictures(record),
        "encoding": None if record.markdown is UNSET else _encoding(record.markdown),
    }
    return {name: value for name, value in fields.items() if name == "articleBody" or value not in ("", None, [])}


def _optional(record: Record) -> dict[str, str]:
    """Return the optional fields that the record has."""
    asked = {"captions": record.captions, "markdown": record.markdown}
    return {name: value for name, value in asked.items() if value is not UNSET}


def _pictures(record: Record) -> list[dict[str, str]]:
    found = [] if record.captions is UNSET else msgspec.json.decode(record.captions, type=list[Caption])
    return [{"@type": "ImageObject", "caption": one.text, "creditText": one.credit} for one in found]


def _encoding(markdown: str) -> dict[str, str]:
    """Return another form of the article's text."""
    return {"@type": "MediaObject", "encodingFormat": "text/markdown", "text": markdown}


_STRINGS = ("url", "headline", "publisher", "author", "language")
_ORIGIN: Columns = {
    **dict.fromkeys(("path", "record"), "string"),
    "row": "int",
    "sha256": "string",
    **dict.fromkeys(("index", "line_start", "line_end", "char_start", "char_end"), "int"),
    **dict.fromkeys(("encoding", "gap"), "string"),
}
_NAMED: Columns = {"@type": "string", "name": "string"}

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape(
            "copydesk",
            _copydesk,
            {
                **dict.fromkeys(("schema", "id", "text", "source"), "string"),
                **dict.fromkeys(("created", "added"), "time"),
                **dict.fromkeys(_STRINGS, "string"),
                "status": "string",
                "word_count": "int",
                **dict.fromkeys(("removed_ratio", "duplicate_ratio"), "float"),
                "text_sha256": "string",
                "origin": _ORIGIN,
                "metadata": "string",
            },
        ),
        Shape(
            "dolma",
            _dolma,
            {
                **dict.fromkeys(("id", "text", "source"), "string"),
                **dict.fromkeys(("added", "created"), "time"),
                "metadata": dict.fromkeys(
                    ("url", "title", "publisher", "author", "language", "status", "path", "record", "extra"), "string"
                ),
            },
            captions=("metadata.captions", "string"),
            markdown=("metadata.markdown", "string"),
        ),
        Shape(
            "hf",
            _hf,
            {
                **dict.fromkeys(("text", "id", "url"), "string"),
                "date": "time",
                **dict.fromkeys(("title", "author", "publisher", "language", "source", "file_path"), "string"),
                "word_count": "int",
                "metadata": "string",
            },
        ),
        Shape(
            "trafilatura",
            _trafilatura,
            dict.fromkeys(
                (
                    *("title", "author", "hostname", "date", "fingerprint", "id", "license", "comments", "raw_text"),
                    *("text", "language", "image", "pagetype", "source", "source-hostname", "excerpt", "categories"),
                    "tags",
                ),
                "string",
            ),
            has_metadata=False,
        ),
        Shape(
            "schema.org",
            _schema_org,
            {
                **dict.fromkeys(("@context", "@type", "identifier", "headline", "articleBody"), "string"),
                "datePublished": "time",
                "author": "people",
                "publisher": _NAMED,
                **dict.fromkeys(("inLanguage", "url"), "string"),
                "wordCount": "int",
            },
            id="identifier",
            text="articleBody",
            always=("@context", "@type", "identifier", "articleBody", "wordCount"),
            captions=("image", "pictures"),
            markdown=("encoding", dict.fromkeys(("@type", "encodingFormat", "text"), "string")),
            has_metadata=False,
        ),
    )
}


def shape_of(name: str, fields: OptionalFields = NO_FIELDS) -> Shape:
    """Return a shape by its name, with columns of the optional fields."""
    shape = SHAPES[name]
    if fields.captions:
        shape = _with_column(shape, *shape.captions)
    return _with_column(shape, *shape.markdown) if fields.structure == "markdown" else shape


def _with_column(shape: Shape, path: str, column: Column) -> Shape:
    outer, _, inner = path.partition(".")
    within = shape.columns.get(outer)
    columns = {**within, inner: column} if inner and isinstance(within, Mapping) else column
    return structs.replace(shape, columns={**shape.columns, outer: columns})


def identity(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return id and text of a record in any shape; None if it has no known shape.

    Raises RestoreError if it has two ids or two texts in the fields of two shapes, because a reader may use the other
    one.

    >>> identity({"identifier": "7", "articleBody": "One."})
    ('7', 'One.')
    """
    found = [
        (fields[own], fields[text])
        for own, text in _IDENTITIES
        if isinstance(fields.get(own), str) and isinstance(fields.get(text), str)
    ]
    if not found:
        return None
    again = fields.get("raw_text")  # that of `trafilatura --json`
    if len({*found, (found[0][0], again if isinstance(again, str) else found[0][1])}) > 1:
        fault = "has two ids or two texts, in the fields of two shapes: it was changed"
        raise RestoreError(f"article {found[0][0]}", fault, "Clean the input again.")
    return found[0]


_IDENTITIES = tuple(dict.fromkeys((shape.id, shape.text) for shape in SHAPES.values()))


AUDIT: Columns = {
    **dict.fromkeys(("schema", "article_id", "path", "record"), "string"),
    **dict.fromkeys(("row", "line", "char_start", "char_end"), "int"),
    **dict.fromkeys(("action", "rule", "rule_version", "also", "kind", "before", "after", "gap"), "string"),
    "duplicate_of": "string",
    "similarity": "float",
    "residue": "string",
    "line_sha256": "string",
}
"""The columns of the audit in Parquet: the fields of its entries."""

REJECTS: Columns = {"schema": "string", "path": "string", "row": "int", "reason": "string", "bytes": "string"}
"""The columns of the rejects in Parquet; `bytes` is base64."""
