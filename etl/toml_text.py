"""Values as TOML writes them, for a reader to copy."""

import json
from collections.abc import Sequence


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
