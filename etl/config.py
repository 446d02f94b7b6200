"""copydesk.toml, or [tool.copydesk] in pyproject.toml, searched upward: defaults for options, command by command."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.errors import PackError

Defaults = Mapping[str, Mapping[str, Any]]


def read_config(folder: Path) -> tuple[str, Defaults]:
    """Give the path and the tables of the nearest config, from a folder upward; ("", {}) if there is none.

    Raises PackError if it is not TOML, or not tables of options.
    """
    for parent in (folder, *folder.parents):
        for path, tables in ((parent / "copydesk.toml", ()), (parent / "pyproject.toml", ("tool", "copydesk"))):
            if path.is_file() and (found := _table(path, tables)) is not None:
                return str(path), found
    return "", {}


def _table(path: Path, tables: tuple[str, ...]) -> Defaults | None:
    try:
        found: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if tables:
            return None  # somebody else's pyproject.toml is theirs to mend
        raise PackError(str(path), f"is not TOML: {error}", "Mend the syntax there.") from None
    for name in tables:
        found = found.get(name)
        if found is None:
            return None
    for name, value in found.items():
        if not isinstance(value, dict):
            raise PackError(str(path), f"'{name}' is no table", f"Write it under its command: [clean] {name} = …")
    return dict(found)
