"""Where in a file a key stands, and which known word a wrong one is near to."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question for the nearest known word; "" if none is near."""
    close = get_close_matches(word, sorted(set(known)), n=1)
    return f"Did you mean '{close[0]}'?" if close else ""


def place(path: Path | str, line: int, key: str) -> str:
    """`path:line:column` of a key at or below a line, for people and editors."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    for number, text in enumerate(lines[line - 1 :], line):
        if found := re.search(rf"(?:^|[\s.{{,]){re.escape(key)}\b(?=[\w.\s]*=)", text):
            return f"{path}:{number}:{found.end() - len(key) + 1}"
        if number > line and text.lstrip().startswith("[["):
            break
    return f"{path}:{line}:1"
