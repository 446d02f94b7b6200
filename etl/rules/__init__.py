"""Find the blocks, and the parts of blocks, that the rules of packs match.  Nothing is removed from a text here.

language     the keys and values of a rule
regexes/     regexes: the literals that they require, the names in them, their time limit
matching/    tests of a block, of its neighbours and of its article: patterns, guards, exceptions
engine/      the search for literals, the choice of the rules to test, and matches that become removals
classifier/  furniture that no rule matches, and the text that is protected from the classifier
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
