"""Values in memory -> raw documents: texts, bytes, records and paths."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import structs

from etl.audit import text_sha256
from etl.errors import Unreadable
from etl.formats.field_values import well_formed, written
from etl.formats.fields import NAME_IT, RecordPlace, document
from etl.formats.names import distinct
from etl.formats.richtext import as_html
from etl.formats.sniffing import looks_like_html, not_read
from etl.formats.source import MAX_DOCUMENT_BYTES, STDIN, TOO_LONG, TOO_LONG_DOCUMENT, Reading
from etl.model import Kind, Raw

# The path in records for a document that is not from a file.
NO_PATH = STDIN
NO_TEXT = 'Put the text into the field "text", or give a config that names the field: text-field = "NAME".'
# Digits of a SHA-256 that name a document without another name.
NAME_LENGTH = 16


def raw_text(body: str | bytes, row: int, record: str, kind: Kind | None, reading: Reading) -> Raw:
    """Return a text, or the bytes of a text or a page, as a raw document.

    Raises Unreadable if it is too long, or of another sort.  If `kind` is None, the content decides.  Without a name,
    the document is named by its content.
    """
    if len(body) > MAX_DOCUMENT_BYTES:
        raise Unreadable(NO_PATH, TOO_LONG_DOCUMENT)
    digest = sha256(body).hexdigest() if isinstance(body, bytes) else text_sha256(body)
    if isinstance(body, bytes):
        if fault := not_read(body):
            raise Unreadable(NO_PATH, fault)
        found: tuple[str | bytes, Kind] = body, kind or ("html" if looks_like_html(body) else "text")
    else:
        body = well_formed(body)
        page = "" if kind else as_html(body)
        found = (page, "html") if page else (body, kind or "text")
    return Raw(
        NO_PATH,
        found[0],
        digest,
        found[1],
        record=record or digest[:NAME_LENGTH],
        row=row,
        encoding=reading.encoding,
        metadata=reading.metadata,
    )


def raw_record(fields: Mapping[str, Any], row: int, record: str, reading: Reading) -> Raw:
    """Return a record as a raw document; the given record does not change.

    Raises Unreadable if it has no text, or cannot be written as JSON.
    """
    try:
        names = distinct([str(name) for name in fields])  # pandas numbers its columns
        plain = {name: _plain(name, value) for name, value in zip(names, fields.values(), strict=True)}
        body = written(plain).encode()
    except RecursionError:
        raise Unreadable(NO_PATH, "is nested too deep, or within itself") from None
    except ValueError as error:
        raise Unreadable(NO_PATH, f"has a value that JSON cannot represent: {error}") from None
    if len(body) > MAX_DOCUMENT_BYTES:
        raise Unreadable(NO_PATH, TOO_LONG)
    digest = sha256(body).hexdigest()
    try:
        found = document(RecordPlace(NO_PATH, row, digest), plain, reading)
    except Unreadable as error:
        raise Unreadable("the record", error.fault.replace(NAME_IT, ""), NO_TEXT) from None
    return structs.replace(found, record=record) if record else found


def is_missing(value: Any) -> bool:
    """Return whether a value is missing: None, NaN, NaT or NA of pandas."""
    return (
        value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")
    )


def _plain(name: str, value: Any) -> Any:
    """Return a copy of a value, with values of numpy, pandas and the like converted to Python.  Raises TypeError."""

    def as_builtin(inner: Any) -> Any:
        if is_missing(inner):  # NaT has an isoformat ("NaT"), and NA has no method at all
            return None
        if getattr(inner, "ndim", 0):  # an array, however few values it has
            return list(inner)
        for method in ("item", "isoformat", "tolist"):
            if callable(convert := getattr(inner, method, None)):
                return convert()
        fault = f"field '{name}' has a value of type {type(inner).__name__}, which JSON cannot represent"
        raise TypeError(f"{fault}: make it a str or a number, or leave it out")

    return msgspec.to_builtins(value, builtin_types=(bytes,), enc_hook=as_builtin)
