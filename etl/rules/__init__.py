"""Judge blocks against packs: the only interpreter of rules.  It names blocks and parts of them; it removes nothing."""

from etl.rules.extract import filled
from etl.rules.judge import judge, opinions
from etl.rules.seat import Bench, Opinion, seat
from etl.rules.strip import Cut, cuts
from etl.rules.view import Known, View

__all__ = ["Bench", "Cut", "Known", "Opinion", "View", "cuts", "filled", "judge", "opinions", "seat"]
