"""Judge blocks against packs: the only interpreter of rules.  It names blocks and parts of them; it removes nothing.

language     what a rule may say
regexes/     what regexes require of a text, and how they are run
matching/    does a rule match a block: patterns, neighbours, guards, exceptions, on a view of the article
engine/      rules compiled and run over batches: literal search, prefilter, phases, cuts, removals, fields
classifier/  furniture without a label: lexicon, features, forest, and the floor under all that goes by shape
"""

from etl.rules.engine.extract import filled
from etl.rules.engine.judge import judge, rule_matches
from etl.rules.engine.ruleset import JudgingRules, RuleMatch, compile_judging
from etl.rules.engine.strip import Cut, cuts
from etl.rules.matching.view import ArticleView, RunContext

__all__ = [
    "ArticleView",
    "Cut",
    "JudgingRules",
    "RuleMatch",
    "RunContext",
    "compile_judging",
    "cuts",
    "filled",
    "judge",
    "rule_matches",
]
