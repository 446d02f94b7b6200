"""Our own files, read back: articles, audit, rejects, as the values they were written from."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from etl.errors import UsageError
from etl.readers.source import decompression_errors, open_path

Noun = TypeVar("Noun")


def decode_records(lines: bytes, noun: type[Noun]) -> list[Noun]:
    """Return the values of JSON lines that copydesk made."""
    return msgspec.json.Decoder(noun).decode_lines(lines)


def read_records(path: Path, noun: type[Noun]) -> Iterator[Noun]:
    """Read a JSONL file that copydesk wrote, or a folder of its parts.  Raises UsageError if it is not one."""
    decode = msgspec.json.Decoder(noun).decode
    files = sorted(path.glob("part-*")) if path.is_dir() else [path]
    for file in files:
        row = 0
        try:
            with open_path(file) as lines:
                for line in lines:
                    row += 1
                    yield decode(line)
        except msgspec.DecodeError as error:
            fault = f"is no line of copydesk's: {error}"
            raise UsageError(f"{file}:{row}", fault, "Give the file that clean wrote.") from None
        except OSError as error:
            raise UsageError(str(file), f"cannot be read: {error.strerror or error}") from None
        except decompression_errors() as error:
            raise UsageError(f"{file}:{row + 1}", f"is damaged from here on: {error}") from None
