"""Recognise bytes: each format that is read, wide encodings, and (by signature) formats that are not read."""

import codecs
import json
import re

from msgspec import Struct

# Bytes of a source that are examined to recognise its format.
SNIFFED_BYTES = 64 << 10
# Byte order marks of encodings whose line feeds are not a single byte.  UTF-32 comes before UTF-16, because its mark
# begins with that of UTF-16.
WIDE_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WARC_START = re.compile(rb"WARC/\d\.\d\r?\n")
# Delimiters of the cells of a table.
DELIMITERS = ",\t;|"
PARQUET_MAGIC = b"PAR1"
ARROW_MAGIC = b"ARROW1"
# The mark at the beginning of an Arrow stream, the format of files of `datasets`.
STREAM_MAGIC = b"\xff\xff\xff\xff"

# Not the bytes beyond ASCII: "ORCHESTRA’S NEW HOME" is not ORC, and "a gustar" may stand where tar has its mark.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HTML_START = re.compile(
    rb"(?:<!--.*?-->|<\?xml[^>]*>|\s)*+<(?:!doctype\s+html|html|head|body|title|meta|div|p|article"
    rb"|main|section|table|h1|script|style|link|header|nav)\b",
    re.I | re.S,
)
_DOCTYPE = re.compile(rb"\s*<!doctype\s+html", re.I)
_XML_ROOT = re.compile(
    rb"(?:\s|<\?.*?\?>|<!--.*?-->|<!doctype\b[^\[>]*(?:\[.*?\]\s*)?>)*+<([A-Za-z_][\w.:-]*)", re.I | re.S
)
_XML = re.compile(rb"\s*(?:<\?xml\b|<!doctype(?!\s+html)|<(?:rss|feed|rdf:RDF|[a-z][^<>]*\sxmlns(?::\w+)?=))", re.I)

# Also as Python writes it: {'text': ...}.
_OPENS = re.compile(rb"[\x1e\s]*\{\s*(?:\"|\}|$|'[^'\n]{1,60}':\s)")
_STARTS = re.compile(rb"\s*(?:\[\s*(?:\[\s*)?(?:\{|\])|\{\s*(?:\"[^\"\\]*\"\s*:|\}|'[^'\n]{1,60}':\s))")

_HEADERS = rb"(?:[A-Z][A-Za-z-]*:[^\n]*\n(?:[ \t][^\n]*\n)*+)*?"
# Texts that are not articles: name, way out, and beginning.
TEXTS = (
    ("mail in mbox form", "export the messages as text", re.compile(rb"From \S+ .*\d{4}\r?\n[A-Z][A-Za-z-]*: ")),
    ("MHTML", "save the page as HTML", re.compile(_HEADERS + rb"(?i:Content-Type): multipart/related")),
    (
        "mail",
        "save its text or HTML",
        re.compile(_HEADERS + rb"(?:MIME-Version|Received|Return-Path|DKIM-Signature): "),
    ),
    (  # its mark, and the header of a page or, if it is encrypted too, its length
        "an encrypted Parquet file",
        "decrypt it first",
        re.compile(rb"PARE(?:\x15|..\0\0)", re.S),
    ),
    (
        "an SQL dump",
        "export the table as CSV or JSONL",
        re.compile(
            rb"(?:--[^\n]*\n|\s|/\*.*?\*/;?)*+"
            rb"(?:INSERT INTO|CREATE TABLE|COPY \S+ \(|DROP TABLE|SET \w+ ?=|LOCK TABLES|PRAGMA \w+)",
            re.S,
        ),
    ),
)


class Signature(Struct, frozen=True):
    """The first bytes of a kind of file (at `offset`), its name, and what to do with it.

    A binary file also has control characters among its first bytes, because "ID3" alone may begin a sentence.
    """

    name: str
    magic: bytes
    way_out: str = "convert it to text first"
    offset: int = 0
    is_text: bool = False


# Formats that are not read, by their first bytes.  If such a file was taken for text, the article would be garbage.
SIGNATURES = (
    Signature("PDF", b"%PDF-", "convert it to text first, with pdftotext", is_text=True),
    Signature("a ZIP archive (also docx, xlsx, epub)", b"PK\x03\x04", "unpack it first"),
    Signature("an empty ZIP archive", b"PK\x05\x06", "unpack it first"),
    Signature("7-Zip", b"7z\xbc\xaf\x27\x1c", "unpack it first"),
    Signature("RAR", b"Rar!\x1a\x07", "unpack it first"),
    Signature("a tar archive", b"ustar", "unpack it first", 257),
    Signature("LZ4", b"\x04\x22\x4d\x18", "unpack it first"),
    Signature("LZIP", b"LZIP\x01", "unpack it first"),
    Signature("Snappy", b"\xff\x06\x00\x00sNaPpY", "unpack it first"),
    Signature("compress (.Z)", b"\x1f\x9d", "unpack it first"),
    Signature("a Python pickle", b"\x80\x02", "write it as JSONL or Parquet"),
    Signature("a Python pickle", b"\x80\x03", "write it as JSONL or Parquet"),
    Signature("a Python pickle", b"\x80\x04", "write it as JSONL or Parquet"),
    Signature("a Python pickle", b"\x80\x05", "write it as JSONL or Parquet"),
    Signature("a NumPy array", b"\x93NUMPY", "write it as JSONL or Parquet"),
    Signature("SQLite", b"SQLite format 3\x00", "export a table as CSV or JSONL"),
    Signature("HDF5", b"\x89HDF\r\n\x1a\n", "write it as JSONL or Parquet"),
    Signature("ORC", b"ORC", "write it as Parquet"),
    Signature("Avro", b"Obj\x01", "write it as JSONL or Parquet"),
    Signature("Feather version 1", b"FEA1", "write it as Parquet"),
    Signature("an old Office document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as text"),
    Signature("RTF", b"{\\rtf", "save it as text", is_text=True),
    Signature("PostScript", b"%!PS", "convert it to text first", is_text=True),
    Signature("DjVu", b"AT&TFORM", "convert it to text first"),
    Signature("a Mobipocket book", b"BOOKMOBI", "convert it to text first", 60),
    Signature("a PNG image", b"\x89PNG\r\n\x1a\n", "it holds no text"),
    Signature("a JPEG image", b"\xff\xd8\xff", "it holds no text"),
    Signature("a GIF image", b"GIF87a", "it holds no text"),
    Signature("a GIF image", b"GIF89a", "it holds no text"),
    Signature("a WebP image or WAV sound", b"RIFF", "it holds no text"),
    Signature("a TIFF image", b"II*\x00", "it holds no text"),
    Signature("a TIFF image", b"MM\x00*", "it holds no text"),
    Signature("a BMP image", b"BM\x36", "it holds no text"),
    Signature("an MP4 film", b"ftyp", "it holds no text", 4),
    Signature("an Ogg file", b"OggS", "it holds no text"),
    Signature("an MP3 sound", b"ID3", "it holds no text"),
    Signature("a Flash film", b"FWS", "it holds no text"),
    Signature("a font", b"wOF2", "it holds no text"),
    Signature("a binary property list (also webarchive)", b"bplist00", "save the page as HTML"),
    Signature("ARC, the format before WARC", b"filedesc://", "convert it to WARC first", is_text=True),
    Signature("a program (ELF)", b"\x7fELF", "it holds no text"),
    Signature("a Java class", b"\xca\xfe\xba\xbe", "it holds no text"),
    Signature(
        "a Git LFS pointer",
        b"version https://git-lfs.github.com/spec/",
        "fetch the file with git lfs pull",
        is_text=True,
    ),
)
COMPRESSED_SIGNATURES = (
    Signature("gzip", b"\x1f\x8b"),
    Signature("Zstandard", b"\x28\xb5\x2f\xfd"),
    Signature("bzip2", b"BZh"),
    Signature("xz", b"\xfd7zXZ\x00"),
)


# The head of a frame of Zstandard that holds no data, with its size.
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18(.{4})", re.DOTALL)


def not_read(head: bytes, packed_as: str = "", name: str = "") -> str:
    """Return the kind of a file that copydesk does not read, with the way out; "" for any other.

    `packed_as` is the compression of these bytes, because a second compression within is not unpacked.  `name` is that
    of the file.

    >>> not_read(b"%PDF-1.7 ..."), not_read(b"Rar! she cried")
    ('is PDF: not supported; convert it to text first, with pdftotext', '')
    """
    if packed_as and (inner := compression(head)):
        return f"is {inner} within {packed_as}: not supported; unpack it once"
    for signature in SIGNATURES:
        if head.startswith(signature.magic, signature.offset) and (signature.is_text or _CONTROL.search(head[:512])):
            return f"is {signature.name}: not supported; {signature.way_out}"
    for text, way_out, start in TEXTS:
        if start.match(head):
            return f"is {text}: not supported; {way_out}"
    root = xml_root(head)
    if not root and name.endswith(".xml") and not looks_like_html(head) and (match := _XML_ROOT.match(head)):
        root = match[1].decode("ascii", "replace").lower()
    if root and root not in ("html", "rss", "feed", "rdf:rdf"):
        return f"is XML (<{root}>): not supported; --from html reads it as a page"
    return ""


def compression(head: bytes) -> str:
    """Return the name of the compression of bytes; "" if they are not compressed."""
    while match := _SKIPPABLE.match(head):  # pzstd begins with one
        head = head[match.end() + int.from_bytes(match[1], "little") :]
    found = (signature.name for signature in COMPRESSED_SIGNATURES if head.startswith(signature.magic))
    name = next(found, "")
    return "" if name == "bzip2" and not (head[3:4].isdigit() and head[4:10] == b"1AY&SY") else name


def looks_like_html(head: bytes) -> bool:
    """Return whether bytes start as an HTML page does."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if xml_root(head) not in ("", "html"):
        return False
    return bool(_DOCTYPE.match(head) or _HTML_START.match(head))


def xml_root(head: bytes) -> str:
    """Return the name of the first element of an XML document, in lower case; "" if it is none."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not _XML.match(head):
        return ""
    match = _XML_ROOT.match(head)
    return match[1].decode("ascii", "replace").lower() if match else ""


def looks_like_warc(head: bytes) -> bool:
    """Return whether bytes start as a WARC does."""
    return bool(WARC_START.match(head.lstrip(b"\r\n")))


def wide_encoding(head: bytes, given: str = "") -> str:
    """Return a wide encoding of bytes, by their mark, as given, or by the places of NULs; or ""."""
    marked = next((encoding for mark, encoding in WIDE_ENCODINGS if head.startswith(mark)), "")
    name = given.lower().replace("_", "-")
    if name.startswith(("utf-16", "utf-32", "utf16", "utf32")):
        has_order = marked or name.endswith(("le", "be"))
        return given if has_order else f"{given}-le"  # as most such files are, which come from Windows
    if marked or given or not head:
        return marked
    even, odd = head[:4000:2].count(0), head[1:4000:2].count(0)
    half = len(head[:4000]) / 2
    return "utf-16-le" if odd > half * 0.6 > even * 10 else "utf-16-be" if even > half * 0.6 > odd * 10 else ""


def head_in_utf8(head: bytes) -> bytes:
    """Return the first bytes of a file, in UTF-8 if they are in a wide encoding."""
    encoding = wide_encoding(head)
    return head.decode(encoding, "replace").encode("utf-8", "replace") if encoding else head


def looks_like_lines(head: bytes) -> bool:
    """Return whether bytes are JSON lines: the first of several lines is a record or another JSON value.

    >>> looks_like_lines(b'{"a": 1}\\n{"a": 2}'), looks_like_lines(b'{\\n  "a": 1\\n}'), looks_like_lines(b"{x} said")
    (True, False, False)
    """
    lines = [line for line in head_in_utf8(head).removeprefix(b"\xef\xbb\xbf").split(b"\n")[:50] if line.strip()]
    if not lines or not any(_OPENS.match(line) for line in lines[:20]):
        return False
    first = lines[0].lstrip(b"\x1e \t")
    if len(lines) == 1:
        return bool(_OPENS.match(first)) and first.strip() != b"{"
    if _is_value(first):
        return not first.startswith(b"[{")
    return first.startswith(b"{") and len(first.strip()) > 1 and lines[1].lstrip(b"\x1e \t").startswith(b"{")


def _is_value(line: bytes) -> bool:
    try:
        json.JSONDecoder(strict=False).raw_decode(line.decode("utf-8", "replace").strip())
    except (ValueError, RecursionError):
        return False
    return True


def looks_like_json(head: bytes) -> bool:
    """Return whether bytes start as a JSON object, or as an array of them, does."""
    return bool(_STARTS.match(head_in_utf8(head).removeprefix(b"\xef\xbb\xbf")))


def looks_like_table(head: bytes) -> bool:
    """Return whether bytes are a table of records whose first line has the names of columns."""
    lines = re.split(rb"[\r\n]+", head, maxsplit=2)[:2]  # the first may be Excel's `sep=;`
    if not any(delimiter in line for line in lines for delimiter in DELIMITERS.encode()):
        return False
    from etl.formats.delimited import is_table  # most files are no tables

    return is_table(head)
