"""The places of keys in a file, and the known word that is nearest to a wrong one."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from pathlib import Path

# Characters.  A longer word is not a misspelt known word, and the time of a comparison is the product of both lengths.
MAX_WORD = 100
# Number of words that are compared a second time.
MAX_CLOSE = 9


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question for the nearest known word; "" if none is near."""
    close = get_close_matches(word, set(known), n=MAX_CLOSE) if len(word) <= MAX_WORD else []
    # A long name of a pack makes different names similar: "core/nope", "core/offer".
    head = len(word) - len(re.split("[/.]", word)[-1])
    close = [
        one for one in close if not head or one[:head] != word[:head] or get_close_matches(word[head:], [one[head:]])
    ]
    if not close:
        return ""
    # Of equally similar words, the one with the same beginning is meant: "bbc" by "bcc", not "rbc".
    nearest = max(close, key=lambda one: (SequenceMatcher(None, one, word).ratio(), one[0] == word[0], one))
    return f"Did you mean '{nearest}'?"


def place(path: Path | str, line: int, key: str) -> str:
    """`path:line:column` of a key at or below a line, for people and editors."""
    status = Path(path).stat()
    lines = _lines(Path(path), status.st_size, status.st_mtime_ns)
    for number in range(line, len(lines) + 1):
        text = lines[number - 1]
        if found := re.search(rf"(?:^|[\s.{{,]){re.escape(key)}\b(?=[\w.\s]*=)", text):
            return f"{path}:{number}:{found.end() - len(key) + 1}"
        if number > line and text.lstrip().startswith("[["):
            break
    return f"{path}:{line}:1"


def key_in_table(path: Path | str, table: str, key: str) -> str:
    """`path:line:column` of a key of a table; the table may stand in a table of another file, as in pyproject.toml."""
    status = Path(path).stat()
    header = re.compile(rf"\s*\[(?:[\w.]+\.)?{re.escape(table)}\]")
    lines = _lines(Path(path), status.st_size, status.st_mtime_ns)
    return place(path, next((number for number, text in enumerate(lines, 1) if header.match(text)), 1), key)


@lru_cache(4)  # a pack may have ten thousand faults, and a file that changed has another time
def _lines(path: Path, _size: int, _modified: int) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines()
