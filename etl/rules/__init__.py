"""Judge blocks against packs: the only interpreter of rules.  It names blocks and parts of them; it removes nothing."""

from etl.rules.judge import Bench, Opinion, judge, opinions, seat
from etl.rules.strip import Cut, cuts
from etl.rules.view import View

__all__ = ["Bench", "Cut", "Opinion", "View", "cuts", "judge", "opinions", "seat"]
