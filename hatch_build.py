"""Compute what is known when copydesk is built: of its packs (`etl/packs/shipped.py`), and of languages.

`etl/language_model.py` says why the model of languages is stored again.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Computed(BuildHookInterface[Any]):
    """Write what is computed into the wheel, or into the checkout if it is installed in place."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files, and add them to the wheel."""
        sys.path.insert(0, self.root)
        from etl.language import LANGUAGES
        from etl.language_model import STORED, write_model
        from etl.packs.load import builtin_folder
        from etl.packs.shipped import SHIPPED, write_shipped

        if version == "editable":
            write_shipped(builtin_folder() / SHIPPED)
            write_model(STORED, LANGUAGES)
            return
        folder = Path(self.directory)
        folder.mkdir(parents=True, exist_ok=True)
        write_shipped(folder / SHIPPED)
        write_model(folder / STORED.name, LANGUAGES)
        build_data["force_include"][str(folder / SHIPPED)] = f"etl/_rules/{SHIPPED}"
        build_data["force_include"][str(folder / STORED.name)] = f"etl/{STORED.name}"
