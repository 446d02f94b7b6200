"""Turn scraped news into clean articles, and account for every character that is removed.

>>> import etl
>>> result = etl.clean("Belarus rally grows – BBC News\\n\\nImage copyright\\n\\nTens of thousands marched on Sunday.")
>>> [(article.publisher, article.text) for article in result.articles]
[('BBC News', 'Tens of thousands marched on Sunday.')]
>>> [(entry.rule, entry.before) for entry in result.audit if entry.action == "drop"]
[('core/caption-label', 'Image copyright')]
>>> [document.text.splitlines()[2] for document in etl.restore(result.articles, result.audit)]
['Image copyright']
"""

import sys
from importlib import import_module
from types import ModuleType

# `python -m etl` runs this module before it removes the current folder from the path. So only the standard library may
# be imported here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from etl.api import Duplicate, clean, dedup, load_rules, restore
    from etl.cleaner import Cleaner, Result
    from etl.dedup import DedupSettings
    from etl.errors import CopydeskError, Unreadable

__all__ = [
    "Cleaner",
    "CopydeskError",
    "DedupSettings",
    "Duplicate",
    "Result",
    "Unreadable",
    "clean",
    "dedup",
    "load_rules",
    "restore",
]

__version__ = "0.1.0"

# The module of each name. A name is imported when it is first used, so that `import etl` is fast.
_MODULES = {
    **dict.fromkeys(("Duplicate", "clean", "dedup", "load_rules", "restore"), "etl.api"),
    **dict.fromkeys(("Cleaner", "Result"), "etl.cleaner"),
    **dict.fromkeys(("CopydeskError", "Unreadable"), "etl.errors"),
    "DedupSettings": "etl.dedup",
}


if not TYPE_CHECKING:

    class _Package(ModuleType):
        """The type of this package: `etl.dedup` stays the function, even after the package `etl.dedup` was imported."""

        def __setattr__(self, name: str, value: object) -> None:
            if not (name in _MODULES and isinstance(value, ModuleType)):
                super().__setattr__(name, value)

        def __getattr__(self, name: str) -> object:
            if name not in _MODULES:
                raise AttributeError(f"module 'etl' has no attribute '{name}'; it has {', '.join(__all__)}")
            setattr(self, name, getattr(import_module(_MODULES[name]), name))
            return self.__dict__[name]

    sys.modules[__name__].__class__ = _Package
