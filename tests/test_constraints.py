"""constraints.txt: an install that can be repeated names a version for all that copydesk needs, and for nothing else (R24)."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def needed(name: str, known: set[str]) -> Iterator[str]:
    """Yield the packages that a package needs, and those that these need."""
    for line in requires(name) or ():
        requirement = Requirement(line)
        found = canonicalize_name(requirement.name)
        if found not in known and not (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            known.add(found)
            yield found
            yield from needed(requirement.name, known)


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = (re.fullmatch(r"([a-z0-9-]+)==([\w.]+)", line) for line in lines if not line.startswith("#"))
    return {match[1]: match[2] for match in found if match}


def test_every_package_that_copydesk_needs_has_one_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(pins()) == sum(not line.startswith("#") for line in lines)
    found = set(needed("copydesk", set()))
    assert sorted(found - set(pins())) == []
    if all(version(name) == pin for name, pin in pins().items() if name in found):  # older releases may need fewer
        assert sorted(set(pins()) - found) == []


def test_the_versions_are_within_the_bounds_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), line


def test_tox_runs_the_tests_with_them() -> None:
    assert "PIP_CONSTRAINT = {tox_root}{/}constraints.txt" in (ROOT / "tox.ini").read_text(encoding="utf-8")
