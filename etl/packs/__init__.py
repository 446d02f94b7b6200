"""TOML -> checked values -> a ruleset.  An error names the file, the line, the key and the way out.

load           files -> rules with their places, and the publishers
schema_errors  faults of TOML and of types, with their places
locations      the places of keys in a file; the known word that a wrong word is near to
misuses        faults of one rule whose keys have the right types
validate       faults of packs: unknown names, ids that are taken, regexes that do not compile
selection      the rules that are selected, compiled
shipped        what is computed of the built-in packs when copydesk is built
"""

from etl.packs.load import Sourced, builtin_folder, builtin_packs, known_publishers, load_pack, pack_files, read_pack
from etl.packs.locations import did_you_mean, place
from etl.packs.misuses import patterns
from etl.packs.selection import (
    Profile,
    Selection,
    advice,
    compile_rules,
    load_rules,
    pack_versions,
    rule_patterns,
    selected,
    settled,
)
from etl.packs.validate import check, faults

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
    "settled",
]
