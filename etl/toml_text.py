"""Values as TOML writes them, for a reader to copy."""

import json
from collections.abc import Sequence
from datetime import date


def toml_string(text: str) -> str:
    r"""Return a string in TOML: that of JSON, with a character that cannot be seen as its number.

    >>> print(toml_string('She said “no”\t\x7f'))
    "She said “no”\t\U0000007f"
    """
    return "".join(
        char if char.isprintable() else f"\\U{ord(char):08x}" for char in json.dumps(text, ensure_ascii=False)
    )


def toml_array(texts: Sequence[str]) -> str:
    """Return an array of strings in TOML."""
    return f"[{', '.join(map(toml_string, texts))}]"


def exception_table(rule: str, source: str, line: str, reason: str, until: date, remark: str = "") -> str:
    """Return an exception in TOML, for copydesk.toml; the remark stands behind the rule.

    >>> print(exception_table("core/read-more", "a.txt", "Read “More”", "…", date(2030, 1, 1)))
    [[exception]]
    rule = "core/read-more"
    source = "a.txt"
    line = "Read “More”"
    reason = "…"
    until = 2030-01-01
    """
    values = {"rule": rule, "source": source, "line": line, "reason": reason}
    lines = [f"{key} = {toml_string(value)}" for key, value in values.items()]
    lines[0] += f"  # {remark}" if remark else ""
    return "\n".join(["[[exception]]", *lines, f"until = {until}"])
