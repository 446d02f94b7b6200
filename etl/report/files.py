"""Write a report: a page or a folder, completely or not at all, and never over other files."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from etl.errors import UsageError
from etl.formats.own_files import PAGES, START_BYTES
from etl.pipeline.workspace import scratch_folder
from etl.report.folder import INDEX
from etl.writers import atomic, naming


def check_target(path: Path, force: bool, is_folder: bool) -> None:
    """Raise UsageError for a path that exists; with `force`, for one that is not a report."""
    if not path.exists() and not path.is_symlink():
        return
    page = path / INDEX if is_folder else path
    is_ours = not path.is_symlink() and path.is_dir() == is_folder and page.is_file() and _is_report(page)
    if is_ours and is_folder and (other := next((one for one in path.iterdir() if not _is_page(one)), None)):
        raise UsageError(str(other), "is not a page of the report, and would be deleted", "Move it elsewhere.")
    is_empty = is_folder and path.is_dir() and not any(path.iterdir())
    if not (is_ours or is_empty):
        fault = "exists already, and is not a report that copydesk wrote"
        raise UsageError(str(path), fault, "Give another name, or remove it yourself.")
    if not force:
        raise UsageError(str(path), "exists already", "Give another name, or overwrite it with --force.")


def write_page(path: Path, page: str, force: bool) -> None:
    """Write a page, completely or not at all.  Raises UsageError as `check_target` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path, partial(check_target, path, force, is_folder=False)) as temporary:
        temporary.write_text(page, encoding="utf-8")


@contextmanager
def appearing_folder(path: Path, force: bool) -> Iterator[Path]:
    """Yield an empty folder that becomes the path if no error is raised.  Raises UsageError as `check_target`."""
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(path.parent) as scratch:
        folder, old = scratch / "new", scratch / "old"
        with naming(path):
            folder.mkdir()
        try:
            yield folder
            with naming(path):
                check_target(path, force, is_folder=True)
                if path.exists():
                    path.rename(old)
                folder.rename(path)
        finally:
            if old.exists() and not path.exists():  # a signal came between the two
                old.rename(path)


def _is_page(path: Path) -> bool:
    return path.suffix == ".html" and path.is_file() and _is_report(path)


def _is_report(page: Path) -> bool:
    with page.open("rb") as file:
        return PAGES.match(file.read(START_BYTES)) is not None
