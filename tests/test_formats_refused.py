"""What is not read is a reject that names it, whatever its name says; what only looks like it is read."""

import bz2
import gzip
import lzma
import pickle
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import zstandard
from conftest import results

from etl.formats import Reading, Reject, find, format_of, read, shares
from etl.formats.source import Format
from etl.model import Raw

TEXT = b"The last car ferry sailed on Friday.\n\nIt was late.\n"


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "One")
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "is PDF: not supported", id="R22 PDF"),
        pytest.param(zipped(), "is a ZIP archive (also docx, xlsx, epub): not supported", id="ZIP"),
        pytest.param(pickle.dumps(["The last car ferry"] * 100), "is a Python pickle: not supported", id="R22 pickle"),
        pytest.param(pickle.dumps({"text": "The last"}, protocol=2), "is a Python pickle: not supported", id="old pickle"),
        pytest.param(gzip.compress(gzip.compress(TEXT)), "is gzip within gzip: not supported", id="R22 gzip in gzip"),
        pytest.param(zstandard.compress(gzip.compress(TEXT)), "is gzip within Zstandard: not supported", id="gzip in zstd"),
        pytest.param(gzip.compress(bz2.compress(TEXT)), "is bzip2 within gzip: not supported", id="bzip2 in gzip"),
        pytest.param(bz2.compress(lzma.compress(TEXT)), "is xz within bzip2: not supported", id="xz in bzip2"),
        pytest.param(gzip.compress(b"%PDF-1.7\n"), "is PDF: not supported", id="PDF in gzip"),
        pytest.param(b"SQLite format 3\x00" + b"\x00" * 100, "is SQLite: not supported", id="SQLite"),
        pytest.param(b"PARE\x15\x04\x15\n" + bytes(range(256)), "is an encrypted Parquet file: not supported", id="encrypted Parquet"),
        pytest.param(b"x" * 257 + b"ustar  \x00", "is a tar archive: not supported", id="tar"),
        pytest.param(b"{\\rtf1\\ansi The last car ferry}", "is RTF: not supported", id="RTF"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "is an old Office document: not supported", id="doc"),
        pytest.param(b"\x93NUMPY\x01\x00", "is a NumPy array: not supported", id="NumPy"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "is a PNG image: not supported", id="PNG"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "is a Git LFS pointer: not supported", id="LFS"),
        pytest.param(b'<?xml version="1.0"?><nitf><body>One</body></nitf>', "is XML (<nitf>): not supported", id="other XML"),
        pytest.param(b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><text>One</text></TEI>', "is XML (<tei>): not supported", id="XML without a declaration"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a"])
def test_what_is_not_read_is_named(tmp_path: Path, name: str, body: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    (reject,) = results(path)
    assert isinstance(reject, Reject)
    assert reject.reason.startswith(reason)
    assert "; " in reject.reason  # and what to do
    assert reject.body


@pytest.mark.parametrize(
    "body",
    [b"BZh! said the child.\n", b"ID3-free prose? No: this is about ID cards.\n", b"Rar! she cried.\n", b"PK is a firm.\n", "PARENTS MEET – “at noon”\n".encode(), "ORCHESTRA’S NEW HOME\n".encode(), "RIFFS, ID3, BM6 – played\n".encode(), ("Él dijo. " * 25 + "va a ajustar más, según él.").encode(), b"%PDF is a format.\n", b"From Mailer to Roth.\n"],
)  # fmt: skip
def test_prose_that_begins_like_a_signature_is_read(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(body)
    (raw,) = results(path)
    assert isinstance(raw, Raw), raw
    assert raw.body == body


@pytest.mark.parametrize("behind", [b"garbage", b"BZh9 a second stream whose head is damaged", b"\0garbage"])
@pytest.mark.parametrize(
    "compress", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress], ids=["gz", "zst", "bz2", "xz"]
)
def test_what_stands_behind_a_stream_is_never_dropped_in_silence(
    tmp_path: Path, compress: Callable[[bytes], bytes], behind: bytes
) -> None:
    (tmp_path / "a.txt").write_bytes(compress(TEXT) + behind)
    (source,) = find([str(tmp_path / "a.txt")], Reading()).sources
    (found,) = (one for share in shares(source, Reading(), 1 << 20) for one in read(share, Reading()))
    assert isinstance(found, Reject) and "is damaged" in found.reason


def test_an_xz_stream_may_be_padded(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(lzma.compress(TEXT) + b"\0" * 8 + lzma.compress(TEXT) + b"\0" * 4)
    (source,) = find([str(tmp_path / "a.txt")], Reading()).sources
    (found,) = (one for share in shares(source, Reading(), 1 << 20) for one in read(share, Reading()))
    assert isinstance(found, Raw) and found.body == TEXT + TEXT


@pytest.mark.parametrize(
    "compress", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress], ids=["gz", "zst", "bz2", "xz"]
)
def test_damaged_compression_is_a_reject(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(compress(TEXT * 1000)[:-8])
    (reject,) = results(path)
    assert isinstance(reject, Reject)
    assert reject.reason.startswith("is damaged: ")


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.txt", b"<!DOCTYPE html><html>", "html"),
        ("a.txt", b"<p>One</p>", "html"),
        ("a.html", b"One", "html"),
        (
            "a.xml",
            b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html xmlns="http://www.w3.org/1999/xhtml">',
            "html",
        ),
        ("a", b'<?xml version="1.0"?>\n<!-- x -->\n<rss version="2.0">', "feed"),
        ("a.html", b'<feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        ("a.json", b'{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ("a.jsonl", b'{\n  "text": "a"\n}\n', "json"),
        ("a.jsonl", b'[{"text": "a"}]', "json"),
        ("a.jsonl", b'"context"\n{"text": "a"}\n', "jsonl"),
        ("a.txt", b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", "warc"),
        ("a.txt", b"PAR1\x15\x04", "parquet"),
        ("a.md", b"# A heading\n\nThe ferry.\n", "text"),
        ("README", b"The ferry.\n", "text"),
        ("a.txt", b"<Getty Images>\n\nThe ferry.\n", "text"),
        ("a.txt", b"", "text"),
        ("a.txt", b"<!-- x -->\n<!doctype html>\nThe ferry.", "html"),
        # Each comment once doubled the time that the start of a file took.
        ("a.txt", b"<!-- x -->\n" * 200 + b"The ferry.\n", "text"),
        ("a.txt", b'<?xml version="1.0"?>' + b"<!-- x -->" * 200 + b"The ferry.\n", "text"),
    ],
)
def test_format_is_by_content_before_suffix(name: str, head: bytes, expected: Format) -> None:
    assert format_of(name, head) == expected


JUNK = bytes(range(256)) * 40
RECORD = b'\n{"text": "The last car ferry sailed on Friday."}\n'


@pytest.mark.parametrize(
    ("name", "body", "reasons"),
    [
        pytest.param(
            "a.jsonl", JUNK, ["is not text: 10% of its characters are NULs and other controls (rows 1 to 41)"]
        ),
        pytest.param("a.json", JUNK, ["is not text: 10% of its characters are NULs and other controls (rows 1 to 80)"]),
        pytest.param("a.csv", JUNK, ["is not text: 10% of its characters are NULs and other controls (rows 1 to 41)"]),
        pytest.param(
            "a.jsonl", b"The last\ncar ferry\n", ["is not JSON: Expecting value at character 1"] * 2, id="text"
        ),
    ],
)
def test_a_binary_file_is_one_reject(name: str, body: bytes, reasons: list[str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    assert [result.reason for result in results(path) if isinstance(result, Reject)] == reasons


@pytest.mark.parametrize("body", [JUNK + RECORD, RECORD + JUNK], ids=["behind", "before"])
def test_a_record_beside_binary_rows_is_read(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(body)
    found = results(path)
    assert [result.body for result in found if isinstance(result, Raw)] == ["The last car ferry sailed on Friday."]
    assert len(found) == 42
