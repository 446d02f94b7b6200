"""Judge blocks against packs: the only interpreter of rules.  It names blocks and parts of them; it removes nothing.

vocabulary                   what a rule may say
view                         what a rule can see of an article
match, company, guards       does a block match: its own looks, its neighbours, what keeps a rule off it
regex, names                 the regex of a rule; names of publishers in it
literals, sieve, index       which rules could match which blocks, without trying them all
seat                         rules compiled, by the stage in which they are asked
judge, strip, extract        name blocks, find furniture inside them, fill fields
context, features            furniture without a label: the model, and what it sees
recurrence                   which lines stand in many documents of the run
exempt                       what a user's copydesk.toml changes
"""

from etl.rules.extract import filled
from etl.rules.judge import judge, opinions
from etl.rules.seat import Bench, Opinion, seat
from etl.rules.strip import Cut, cuts
from etl.rules.view import Known, View

__all__ = ["Bench", "Cut", "Known", "Opinion", "View", "cuts", "filled", "judge", "opinions", "seat"]
