"""Errors as place, fault and way out.  Each class has the exit code of the command that raises it."""

import errno

# Errors of the system that concern a name: the machine works, and the same name would fail again.
OF_NAMES = (
    *(errno.EACCES, errno.EEXIST, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT),
    *(errno.ENOTDIR, errno.ENXIO, errno.EPERM, errno.EROFS),
)
# Errors of a full disk, and errors of the machine, which would occur with any name.
OF_FULL = (errno.ENOSPC, errno.EDQUOT)
OF_MACHINE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
RUN_AGAIN = "Run the same command again; clean and dedup continue with --resume."


def in_one_line(said: str) -> str:
    """Return a path or a fault for a message.  A line feed in it would begin another line, and CI obeys some lines."""
    return said.replace("\n", "\\n")


class CopydeskError(Exception):
    """Base class.  `place` is a path, `path:line:column` or an option; `fault` and `way_out` are words for people."""

    exit_code = 2

    def __init__(self, place: str, fault: str, way_out: str = "") -> None:
        super().__init__(place, fault, way_out)
        self.place, self.fault, self.way_out = place, fault, way_out

    def __str__(self) -> str:
        said = f"{self.place}: {self.fault}" if self.place else self.fault
        return f"{in_one_line(said)}\n  {self.way_out}" if self.way_out else in_one_line(said)


class UsageError(CopydeskError):
    """An option, a path or a selection that cannot be used."""


class PackError(CopydeskError):
    """A rule pack or a config that cannot be used."""


class RegexTimeout(CopydeskError):
    """A regex of a user's rule that took too long; `place` is the rule.  The run starts again without it."""


class NoInput(CopydeskError):
    """No input matched, or there is nothing in it."""

    exit_code = 3


class Unreadable(CopydeskError):
    """An input that cannot be read as text.  A run writes it into the rejects, and reads the others."""

    exit_code = 4


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, which has a plural in "s", for a message.

    >>> counted(1, "article"), counted(8730, "block")
    ('1 article', '8,730 blocks')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def unreadable_words(count: int) -> str:
    """Return how many files and records could not be read, in words.

    >>> unreadable_words(1), unreadable_words(1200)
    ('1 file or record could not be read', '1,200 files or records could not be read')
    """
    return f"{count:,} {'file or record' if count == 1 else 'files or records'} could not be read"


class BooksError(CopydeskError):
    """Kept, changed and removed characters do not add up to what was read: a fault of ours.  Nothing is published."""

    exit_code = 5


class RestoreError(CopydeskError):
    """Articles and audit that do not match; nothing is restored from them."""

    exit_code = 5


class MachineError(CopydeskError):
    """A worker died, or disk or memory ran out."""

    exit_code = 6

    def __init__(self, place: str, fault: str, way_out: str = "") -> None:
        super().__init__(place, fault, way_out or RUN_AGAIN)


def first_line(error: Exception) -> str:
    """Return the first line of an error of a library, at most 200 characters; the others are places in its code."""
    return str(error).partition("\n")[0][:200]


def check_machine(error: OSError) -> None:
    """Raise MachineError if an error does not concern the file: too many files are open, or memory is full."""
    if error.errno in OF_MACHINE:
        raise MachineError(str(error.filename or ""), error.strerror or str(error)) from error


def of_system(place: str, error: OSError) -> CopydeskError:
    """Return an error of the system as UsageError if it is about a name, else as MachineError.

    >>> print(of_system("out", OSError(errno.EACCES, "Permission denied")))
    out: Permission denied
      Change its permissions, or give another name.
    """
    fault = error.strerror or str(error)
    if error.errno in OF_NAMES:
        change = "Change its permissions, or give" if error.errno in (errno.EACCES, errno.EPERM) else "Give"
        return UsageError(place, fault, f"{change} another name.")
    return MachineError(place, fault, f"Make room.  {RUN_AGAIN}" if error.errno in OF_FULL else RUN_AGAIN)


class PipeClosed(Exception):
    """The reader of standard output has closed it: the run ends, without an error."""


class Terminated(BaseException):
    """A signal asked the process to end, as ^C does."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
