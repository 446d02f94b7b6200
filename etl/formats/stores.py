"""Object stores (s3://, gs://, hdfs://, abfs://) and file:// addresses, through pyarrow.fs.

Credentials, region and endpoint come from the environment, as for every tool of the store (AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL …), or from the address: s3://bucket/key?endpoint_override=127.0.0.1:9000&scheme=http.
"""

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from etl.errors import NoInput, UsageError, first_line

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

SCHEMES = ("s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss", "file")

# Seconds after which requests to Google's store end.  Arrow retries for 15 minutes, and no signal ends this.
GCS_RETRY_SECONDS = 60

_WAY_OUT = "Check the address, the network, and the credentials, region and endpoint in the environment."
_SCHEME = re.compile(rf"(?:{'|'.join(SCHEMES)})://")
_ANY_SCHEME = re.compile(r"[A-Za-z][\w+.-]*://")
_MAGIC = re.compile(r"[*?\[]")
# Characters with another meaning in an address than in a name, or not allowed in an address.  "%" may have either
# meaning.
_RESERVED = re.compile(r"[^\x21-\x7e]|[\"#<>?\[\\\]^`{|}]")


class Stored(Struct, frozen=True, gc=False):
    """A file in a store: its address, size in bytes, and when it was written, in ns."""

    address: str
    size: int
    modified: int


def is_address(name: str) -> bool:
    """Return whether a name is an address in a store: s3://bucket/key."""
    return bool(_SCHEME.match(name))


def has_scheme(name: str) -> bool:
    """Return whether a name looks like an address of any kind: http://host/key."""
    return bool(_ANY_SCHEME.match(name))


def real_place(name: str) -> str:
    """Return a path or an address so that two names of one place are equal: links are followed, options left out.

    >>> real_place("file:///tmp/../etc/a%20b") == real_place("/etc/a b"), real_place("s3://bucket/a/?scheme=http")
    (True, 's3:/bucket/a')
    """
    if not is_address(name):
        return os.path.realpath(name)
    local = local_path(name)
    return os.path.realpath(local) if local else str(PurePosixPath(_parts(name)[0].replace("gcs://", "gs://")))


def local_path(address: str) -> str:
    """Return the path of an address of this machine (file://…); "" for another."""
    base, _ = _parts(address)
    return unquote(base.removeprefix("file://")) if base.startswith("file://") else ""


def connect(address: str) -> "tuple[FileSystem, str]":
    """Return the store of an address and the path within it.  Raises UsageError."""
    import pyarrow as pa
    from pyarrow import fs

    base, options = _parts(address)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if base.startswith("s3://") and endpoint and not options:
        place = urlsplit(endpoint)
        options = f"?endpoint_override={place.netloc}&scheme={place.scheme}"
    base = _quoted(base.replace("gcs://", "gs://"))
    if base.startswith("gs://") and "retry_limit_seconds=" not in options:
        options = f"{options or '?'}{'&' if options else ''}retry_limit_seconds={GCS_RETRY_SECONDS}"
    try:
        found, path = fs.FileSystem.from_uri(base + options)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        raise UsageError(address, f"is not an address that can be opened: {first_line(error)}", _WAY_OUT) from None
    return found, path


def unreachable(address: str, error: OSError) -> UsageError:
    """Return the error for a store that does not answer or refuses access."""
    return UsageError(address, f"cannot be reached: {first_line(error)}", _WAY_OUT)


def _parts(address: str) -> tuple[str, str]:
    """Return an address without and with its options; a "?" of a glob is none."""
    base, mark, options = address.partition("?")
    return (base, mark + options) if "=" in options else (address, "")


def listed(address: str) -> Iterator[Stored]:
    """Yield the files that an address stands for: one, those below a folder, or those that match a glob; sorted.

    Raises NoInput if there is none, UsageError if the store cannot be reached.
    """
    from pyarrow import fs

    base, options = _parts(address)
    head, magic, _ = _split_glob(base)
    store, path = connect(head + options)
    try:
        info = store.get_file_info(path)
        if info.type == fs.FileType.File and not magic:
            yield _stored(info, address)
            return
        selector = fs.FileSelector(path.rstrip("/"), recursive=True, allow_not_found=True)
        files = sorted((one for one in store.get_file_info(selector) if one.is_file), key=lambda one: one.path)
    except OSError as error:
        raise unreachable(address, error) from None
    prefix = base[: len(head)].rstrip("/")
    pattern = path.rstrip("/") + magic
    chosen = [one for one in files if not magic or _matches(one.path, pattern)]
    if not chosen:
        raise NoInput(address, "there is no such file or folder", "Check the address, and that you may read it.")
    for one in chosen:
        inner = _quoted(one.path.removeprefix(path.rstrip("/")).replace("%", "%25"))
        yield _stored(one, f"{prefix}{inner}{options}")


def _quoted(name: str) -> str:
    """Return a name as it is written in an address.

    >>> _quoted("s3://bucket/my page?.txt")
    's3://bucket/my%20page%3F.txt'
    """
    return _RESERVED.sub(lambda sign: quote(sign[0]), name)


def _matches(path: str, pattern: str) -> bool:
    """Return whether a path matches a glob: `*` stands for a part of one name, `**` for any folders.

    >>> _matches("in/a.txt", "in/*.txt"), _matches("in/b/a.txt", "in/*.txt"), _matches("in/b/a.txt", "in/**/*.txt")
    (True, False, True)
    """
    names, ends = path.split("/"), {0}
    for part in pattern.split("/"):
        if part == "**":
            ends = set(range(min(ends, default=len(names) + 1), len(names) + 1))
        else:
            ends = {at + 1 for at in ends if at < len(names) and fnmatchcase(names[at], part)}
    return len(names) in ends


def _split_glob(base: str) -> tuple[str, str, str]:
    """Return an address up to the last folder without a glob, and the rest of it."""
    match = _MAGIC.search(base)
    if not match:
        return base, "", ""
    cut = base.rfind("/", 0, match.start())
    return base[:cut], base[cut:], match[0]


def _stored(info: "FileInfo", address: str) -> Stored:
    return Stored(address, info.size or 0, info.mtime_ns or 0)


def open_stored(address: str) -> IO[bytes]:
    """Open a seekable file in a store.  Raises OSError."""
    store, path = connect(address)
    return cast(IO[bytes], store.open_input_file(path))  # reads like any file


def stored(address: str) -> Stored:
    """Return the present state of a file in a store.  Raises OSError."""
    store, path = connect(address)
    return _stored(store.get_file_info(path), address)
