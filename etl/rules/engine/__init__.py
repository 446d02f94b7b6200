"""Compiled rules, run over batches of articles.

literal_search  the search for the literals of all rules, in one pass over a batch
triggers        what must be in a block or near it if a rule matches; computed once for the built-in rules
prefilter       the choice of the rules that are tested on a block
ruleset         compiled rules, grouped by the phase in which they run
texts           rules that ask only the text of a block, asked once of all blocks that say the same
flattened       labels between the sentences of a page that a scraper wrote on one line
strip           cuts inside blocks
judge           whole blocks: matches of rules become removals
surroundings    blocks that the classifier or their neighbours mark as furniture; text that is protected from both
extract         fields that rules fill
"""
