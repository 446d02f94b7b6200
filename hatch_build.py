"""Compute what copydesk knows of its packs when it is built: `etl/packs/shipped.py` says what, and why."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedPacks(BuildHookInterface[Any]):
    """Write `shipped.msgpack` beside the packs of the wheel, or of the checkout if it is installed in place."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file, and add it to the wheel."""
        sys.path.insert(0, self.root)
        from etl.packs.shipped import SHIPPED, write_shipped

        in_place = version == "editable"
        path = Path(self.root, "rules", SHIPPED) if in_place else Path(self.directory, SHIPPED)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_shipped(path)
        if not in_place:
            build_data["force_include"][str(path)] = f"etl/_rules/{SHIPPED}"
