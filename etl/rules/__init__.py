"""Judge blocks against packs: the only interpreter of rules.  It names blocks; it removes nothing."""

from etl.rules.judge import Bench, Opinion, judge, opinions, seat

__all__ = ["Bench", "Opinion", "judge", "opinions", "seat"]
