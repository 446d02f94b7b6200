"""The outcome of a task as a value, which an engine returns to the process that plans the run."""

import traceback
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from etl.errors import CopydeskError, MachineError

WAY_OUT = "Run the same command with --resume; with fewer --jobs it takes less memory."


class Failure(Struct, frozen=True):
    """An error of a task that is not one of ours, as its worker reports it."""

    fault: str
    details: str


def outcome(task: Callable[[Any], object], item: object) -> object:
    """Return what a task returns, or its error as a value."""
    try:
        return task(item)
    except CopydeskError as error:
        return error
    except MemoryError:
        return Failure("memory ran out", traceback.format_exc())
    except OSError as error:
        return Failure(f"{error.filename or 'the system'}: {error.strerror or error}", traceback.format_exc())
    except Exception as error:  # whatever it is, the parent must be told which task it was
        return Failure(f"internal error: {type(error).__name__}: {error}", traceback.format_exc())


def result_of(number: int, came: Any) -> Any:
    """Return the result in an outcome.  Raises the error of the task, as a MachineError if it is not one of ours."""
    if isinstance(came, CopydeskError):
        raise came
    if isinstance(came, Failure):
        raise MachineError(f"task {number}", came.fault, WAY_OUT) from RuntimeError(came.details)
    return came
