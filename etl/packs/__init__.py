"""TOML -> checked values -> a desk.  An error names the file, the line, the key and the way out."""

from etl.packs.check import check
from etl.packs.load import Sourced, builtin_folder, known_publishers
from etl.packs.place import did_you_mean
from etl.packs.select import Profile, Selection, desk, load_rules, pack_versions, selected

__all__ = [
    "Profile",
    "Selection",
    "Sourced",
    "builtin_folder",
    "check",
    "desk",
    "did_you_mean",
    "known_publishers",
    "load_rules",
    "pack_versions",
    "selected",
]
