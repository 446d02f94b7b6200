"""What can go wrong, said as place, fault and way out; each class has the exit code of the command that meets it."""

from errno import EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOTDIR, EPERM, EROFS

# Errors of the system that are about a name: the machine is well, and the same name fails again.
OF_NAMES = (EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOTDIR, EPERM, EROFS)


class CopydeskError(Exception):
    """The family.  `place` is a path, `path:line:column` or an option; `fault` and `way_out` are words for a person."""

    exit_code = 2

    def __init__(self, place: str, fault: str, way_out: str = "") -> None:
        super().__init__(place, fault, way_out)
        self.place, self.fault, self.way_out = place, fault, way_out

    def __str__(self) -> str:
        said = f"{self.place}: {self.fault}" if self.place else self.fault
        return f"{said}\n  {self.way_out}" if self.way_out else said


class UsageError(CopydeskError):
    """An option, a path or a selection that cannot be meant."""


class PackError(CopydeskError):
    """A rule pack or config that cannot be used as it stands."""


class RegexTimeout(CopydeskError):
    """A regex of a user's rule that does not come back in time; `place` is the rule.  A run starts again without it."""


class NoInput(CopydeskError):
    """Nothing matched, or there was nothing in it."""

    exit_code = 3


class Unreadable(CopydeskError):
    """One input that cannot be read as text.  Becomes a row in the rejects; the others go on."""

    exit_code = 4


class BooksError(CopydeskError):
    """Kept and booked characters do not add up to what was read: a fault of ours, and nothing is published."""

    exit_code = 5


class RestoreError(CopydeskError):
    """Articles and audit that do not fit together; nothing is restored from them."""

    exit_code = 5


class MachineError(CopydeskError):
    """A worker died, or disk or memory ran out."""

    exit_code = 6

    def __init__(self, place: str, fault: str, way_out: str = "") -> None:
        super().__init__(place, fault, way_out or "Run the same command again; clean and dedup continue with --resume.")


def of_system(place: str, error: OSError) -> CopydeskError:
    """Return an error of the system as one of the family: of the name that was given, or of the machine."""
    fault = error.strerror or str(error)
    return UsageError(place, fault, "Give another name.") if error.errno in OF_NAMES else MachineError(place, fault)


class PipeClosed(Exception):
    """Whoever read standard output has seen enough: the run ends, and that is no error."""


class Terminated(BaseException):
    """The process was asked to end by a signal, as ^C does."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
