"""Pairs -> dropped blocks and articles, each with its keeper.

duplicates   the blocks to drop
articles     the articles to drop whole
history      both again beside blocks of prior runs, and what later runs must know
residues     the words of a block that its keeper lacks
drops        what is dropped, what keeps it, and the words that are lost
"""

from etl.dedup.selection.articles import DuplicateArticles
from etl.dedup.selection.drops import Drops, drops_of
from etl.dedup.selection.duplicates import duplicates
from etl.dedup.selection.history import Blocks, Selected, no_history, select

__all__ = ["Blocks", "Drops", "DuplicateArticles", "Selected", "drops_of", "duplicates", "no_history", "select"]
