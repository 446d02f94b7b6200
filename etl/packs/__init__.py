"""TOML -> checked values -> a ruleset.  An error names the file, the line, the key and the way out."""

from etl.packs.check import check, faults
from etl.packs.load import Sourced, builtin_folder, builtin_packs, known_publishers, load_pack, pack_files, read_pack
from etl.packs.meaning import patterns
from etl.packs.place import did_you_mean, place
from etl.packs.select import (
    Profile,
    Selection,
    advice,
    compile_rules,
    load_rules,
    pack_versions,
    rule_patterns,
    selected,
)

__all__ = [
    "Profile",
    "Selection",
    "Sourced",
    "advice",
    "builtin_folder",
    "builtin_packs",
    "check",
    "compile_rules",
    "did_you_mean",
    "faults",
    "known_publishers",
    "load_pack",
    "load_rules",
    "pack_files",
    "pack_versions",
    "patterns",
    "place",
    "read_pack",
    "rule_patterns",
    "selected",
]
