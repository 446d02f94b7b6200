"""Turn scraped news into clean articles, and prove what was taken out.

>>> import etl
>>> result = etl.clean("Belarus rally grows – BBC News\\n\\nImage copyright\\n\\nTens of thousands marched on Sunday.")
>>> [(article.publisher, article.text) for article in result.articles]
[('BBC News', 'Tens of thousands marched on Sunday.')]
>>> [(entry.rule, entry.before) for entry in result.audit if entry.action == "drop"]
[('core/caption-label', 'Image copyright')]
>>> [document.text.splitlines()[2] for document in etl.restore(result.articles, result.audit)]
['Image copyright']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import etl.dedup  # noqa: F401  # for its name, see below

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

# Where each name is; it is imported when it is first used, so that `import etl` is cheap.
_MODULES = {
    **dict.fromkeys(("Duplicate", "clean", "dedup", "load_rules", "restore"), "etl.api"),
    **dict.fromkeys(("Cleaner", "Result"), "etl.cleaner"),
    **dict.fromkeys(("CopydeskError", "Unreadable"), "etl.errors"),
    "DedupSettings": "etl.dedup",
}

# A package sets its name in its parent when it is first imported, and never again: `etl.dedup` is the function.
del globals()["dedup"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module 'etl' has no attribute '{name}'; it has {', '.join(__all__)}")
        globals()[name] = getattr(import_module(_MODULES[name]), name)
        return globals()[name]
