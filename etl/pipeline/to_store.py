"""Finished parts -> an object store, which cannot rename objects.

An object is written completely or not at all.  For one file, the articles are written last, after audit and rejects.
For a folder, `run.json` is written last, and only the parts that it names are valid.  So the `run.json` of an earlier
run is removed first.
"""

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path, PurePath
from shutil import copyfile, copyfileobj
from typing import TYPE_CHECKING, Any

from etl.errors import MachineError, UsageError, first_line
from etl.formats.stores import connect, unreachable
from etl.formats.writing import join_parts
from etl.pipeline.output import are_of_audit, begins_as, exists_already, of_others
from etl.pipeline.workspace import Workspace
from etl.processes import signals_held
from etl.writers import TEMPORARY, atomic, indented_json

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

MANIFEST = "run.json"
# Bytes that are copied into a store at a time.
COPIED_AT_ONCE = 1 << 20
_PART = re.compile(r"(?:articles|audit|rejects)/part-\d{5,}[.\w]*")
_OWN_FOLDER = b'"schema": "copydesk/run/'


def check_file(addresses: Mapping[str, str], force: bool) -> list[str]:
    """Return the kinds of results that exist.  Refuse any; with `force`, one that copydesk did not write.

    Raises UsageError, also if its bucket does not exist.
    """
    _check_bucket(addresses["articles"])
    found = [kind for kind in reversed(list(addresses)) if _exists(addresses[kind])]
    if found and not force:  # an error names the articles first
        raise exists_already(addresses[found[0]])
    ours = [kind for kind in found if _is_ours(addresses[kind], kind)]
    if "articles" not in ours and "audit" in ours and are_of_audit(addresses["articles"], addresses["audit"]):
        ours.append("articles")
    for kind in found:
        if kind not in ours:
            raise of_others(addresses[kind])
    return found


def check_folder(address: str, force: bool) -> list[str]:
    """Return the names of the files in a folder.

    Refuse a folder that is not empty; with `force`, one that has other files than parts and a manifest of ours.
    Raises UsageError, also if its bucket does not exist.
    """
    from pyarrow import fs

    _check_bucket(address)
    store, path = connect(address)
    try:
        inside = store.get_file_info(fs.FileSelector(path.rstrip("/"), recursive=True, allow_not_found=True))
    except OSError as error:
        raise unreachable(address, error) from None
    if inside and not force:
        raise exists_already(address)
    folder = path.rstrip("/") + "/"
    names = [one.path.removeprefix(folder) for one in inside if one.type != fs.FileType.Directory]
    names = [name for name in names if not _is_unfinished(name)]
    if not all(_PART.fullmatch(name) or (name == MANIFEST and _has_manifest(store, path)) for name in names):
        raise of_others(address)
    return names


def _check_bucket(address: str) -> None:
    """Refuse a bucket of S3 that does not exist, before the run starts.

    If the query is forbidden, writing may be allowed.
    """
    from pyarrow import fs

    if not address.startswith("s3://"):
        return
    store, path = connect(address)
    bucket = path.partition("/")[0]
    with suppress(OSError):
        if store.get_file_info(bucket).type == fs.FileType.NotFound:
            raise UsageError(address, f"there is no bucket '{bucket}'", "Create it, or give another -o.")


def _is_unfinished(path: str) -> bool:
    """Return true for the name of a file that a killed process had begun in a folder of this disk."""
    return PurePath(path).match(TEMPORARY)


def _exists(address: str) -> bool:
    from pyarrow import fs

    store, path = connect(address)
    if isinstance(store, fs.LocalFileSystem):
        return os.path.lexists(path)  # also a folder, and a link to nothing: no file can be put there
    try:
        return bool(store.get_file_info(path).type not in (fs.FileType.NotFound, fs.FileType.Directory))
    except OSError as error:
        raise unreachable(address, error) from None


def _is_ours(address: str, kind: str) -> bool:
    from pyarrow import fs

    store, path = connect(address)
    if store.get_file_info(path).type != fs.FileType.File:
        return False  # a pipe would be waited for
    is_link = isinstance(store, fs.LocalFileSystem) and Path(path).is_symlink()
    return not is_link and begins_as(kind, address)


def _has_manifest(store: "FileSystem", folder: str) -> bool:
    try:
        with store.open_input_stream(f"{folder.rstrip('/')}/{MANIFEST}") as file:
            return _OWN_FOLDER in file.read(200)
    except OSError:
        return False


def put_file(addresses: Mapping[str, str], workspace: Workspace, kinds: Iterable[str]) -> None:
    """Write each kind of result as one object at its address.  Kinds that this run does not have are removed.

    Raises MachineError if the store fails.
    """
    parts = {kind: workspace.parts(kind) for kind in kinds}
    ready = Path(workspace.folder) / "ready"
    ready.mkdir(exist_ok=True)
    for kind, address in addresses.items():
        store, path = connect(address)
        if kind in parts:
            join_parts(ready / kind, parts[kind], workspace.suffix)
            _put(store, ready / kind, path)
        else:
            _remove(store, path)


def put_folder(address: str, workspace: Workspace, kinds: Iterable[str], account: Mapping[str, Any]) -> None:
    """Write all parts below an address, then the manifest that names them; then remove parts that it does not name.

    The manifest of an earlier run is removed before any part of that run is replaced.
    """
    store, folder = connect(address)
    folder = folder.rstrip("/")
    written = {kind: workspace.parts(kind) for kind in kinds}
    _remove(store, f"{folder}/{MANIFEST}")
    parts = []
    for kind, of_kind in written.items():
        for part in of_kind:
            name = f"{kind}/{part.name}"
            with part.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            parts.append({"path": name, "bytes": part.stat().st_size, "sha256": digest})
            _put(store, part, f"{folder}/{name}")
    manifest = Path(workspace.folder) / MANIFEST
    manifest.write_bytes(indented_json({**account, "parts": parts}))
    _put(store, manifest, f"{folder}/{MANIFEST}")
    _remove_others(store, folder, {f"{folder}/{part['path']}" for part in parts})


def _put(store: "FileSystem", source: Path, path: str) -> None:
    """Copy a file into a store.  An interrupt waits until this is done, so that no incomplete object is written.

    `pyarrow.fs.copy_files` is not used, because it ignores the error of an upload that fails at its end.
    """
    from pyarrow import fs

    try:
        if isinstance(store, fs.LocalFileSystem):
            store.create_dir(path.rpartition("/")[0])
            with atomic(Path(path)) as temporary:
                copyfile(source, temporary)
            return
        with signals_held(), source.open("rb") as file, store.open_output_stream(path) as target:
            copyfileobj(file, target, COPIED_AT_ONCE)
    except OSError as error:
        way_out = "Check that you may write there, and run again."
        raise MachineError(path, f"cannot be written: {first_line(error)}", way_out) from None


def _remove(store: "FileSystem", path: str) -> None:
    from pyarrow import fs

    if store.get_file_info(path).type == fs.FileType.File:
        store.delete_file(path)


def _remove_others(store: "FileSystem", folder: str, named: set[str]) -> None:
    from pyarrow import fs

    for kind in ("articles", "audit", "rejects"):
        selector = fs.FileSelector(f"{folder}/{kind}", recursive=True, allow_not_found=True)
        for one in store.get_file_info(selector):
            if one.is_file and one.path not in named:
                store.delete_file(one.path)
    for one in store.get_file_info(fs.FileSelector(folder, allow_not_found=True)):
        if one.is_file and _is_unfinished(one.path):
            store.delete_file(one.path)
