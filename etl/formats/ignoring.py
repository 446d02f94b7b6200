"""Files that are passed over: those that --exclude names, and those that a .gitignore names."""

import os
import re
import stat
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.errors import UsageError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

GITIGNORE = ".gitignore"
EXCLUDED = "--exclude names it"
# Bytes of a .gitignore.  It is untrusted data, and each of its lines is tested on each file.
MAX_GITIGNORE = 64 << 10
# The most `**` of a pattern: each multiplies the steps by the depth of a path.
MAX_DEEP = 3
# In a regex of pathspec: a star and what follows it up to another star in the same name.
_TO_NEXT_STAR = re.compile(r"\[\^/\]\*((?:\\.|\[(?:\\.|[^\]\\])+\]|[^/()\[\]*\\])*?)(?=\[\^/\]\*)")


class _Patterns(Struct, frozen=True):
    """Patterns of one .gitignore, or of --exclude, which apply from a folder."""

    folder: str
    patterns: "GitIgnoreSpec"
    reason: str


class Ignored(Struct, frozen=True):
    """The patterns for paths below a folder; the last matching pattern decides."""

    excluded: tuple[_Patterns, ...] = ()
    files: tuple[_Patterns, ...] = ()
    respects: bool = False

    def reason(self, path: str, is_folder: bool = False) -> str:
        """Return why a path is passed over; "" if it is not."""
        for group in (self.excluded, self.files):
            reason = ""
            for one in group:
                place = os.path.relpath(path, one.folder or ".") + ("/" if is_folder else "")
                fits = one.patterns.check_file(place).include
                if fits is not None:
                    reason = one.reason if fits else ""
            if reason:
                return reason
        return ""

    def below(self, folder: str) -> "Ignored":
        """Return the patterns for a subfolder: its own .gitignore comes after those above it."""
        found = _gitignore(folder) if self.respects else None
        return Ignored(self.excluded, (*self.files, found), self.respects) if found else self

    def at(self, folder: str) -> "Ignored":
        """Return what is passed over below a folder that the user names.

        The .gitignore files above it apply, up to the root of its repository, unless they name the folder itself, which
        the user has named.
        """
        above = [found for parent in _above(folder) if (found := _gitignore(parent))] if self.respects else []
        outer = Ignored(self.excluded, tuple(above), self.respects)
        is_named = bool(Ignored(files=outer.files).reason(folder, is_folder=True))
        return (self if is_named else outer).below(folder)


def ignored(exclude: Sequence[str], respects: bool) -> Ignored:
    """Return the patterns that apply everywhere; `respects` is true if .gitignore files are used.

    Raises UsageError for what is no pattern.
    """
    for wrong in (one for one in exclude if not _is_pattern(one)):
        raise UsageError("--exclude", f"'{wrong}' is not a pattern", "Write it as in a .gitignore.")
    if not exclude:
        return Ignored(respects=respects)
    return Ignored((_Patterns("", _compiled(exclude), EXCLUDED),), (), respects)


def gitignore_fault(path: str) -> str:
    """Return why a .gitignore is not used; "" if it is used.  Git does not follow a link, either."""
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file, and is not used"
    return f"it has more than {MAX_GITIGNORE >> 10} KiB, and is not used" if status.st_size > MAX_GITIGNORE else ""


def _gitignore(folder: str) -> _Patterns | None:
    path = Path(folder, GITIGNORE)
    try:
        if gitignore_fault(str(path)):
            return None
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    except OSError:
        return None
    return _Patterns(folder, _compiled(list(filter(_is_pattern, lines))), f"{path} names it; --no-ignore reads it")


def _compiled(lines: Sequence[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Python's warning about "[[:alpha:]]"
        spec = GitIgnoreSpec.from_lines(lines)
        for one in spec.patterns:
            if one.regex:
                one.regex = re.compile(_linear(one.regex.pattern))
    return spec


def _linear(regex: str) -> str:
    """Return a regex of pathspec that matches the same names, but tries each star of a name in only one way.

    The text after a star is matched as early as possible: a later place would leave less for the next stars.

    >>> _linear("^[^/]*a[^/]*[^/]b[^/]*$")
    '^(?>[^/]*?a)(?>[^/]*?[^/]b)[^/]*$'
    """
    return _TO_NEXT_STAR.sub(r"(?>[^/]*?\1)", regex)


def _is_pattern(line: str) -> bool:
    """Return whether a line is a valid pattern.  Git also ignores "!" alone, "[z-a]", and a backslash at the end."""
    if line.count("**") > MAX_DEEP:
        return False
    try:
        _compiled([line])
    except (ValueError, re.error):
        return False
    return True


def _above(folder: str) -> Iterator[str]:
    """Yield the folders above a folder, from the root of its repository down; none outside of a repository."""
    parents = Path(os.path.realpath(folder)).parents
    root = next((at for at, parent in enumerate(parents) if os.path.lexists(parent / ".git")), None)
    if root is not None and not os.path.lexists(Path(folder, ".git")):
        yield from (str(parent) for parent in reversed(parents[: root + 1]))
