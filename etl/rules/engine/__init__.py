"""Rules compiled and run over batches of articles.

literal_search   finds all literals of all rules in one pass over a batch
triggers         what must stand in or near a block if a rule matches; stored of shipped rules
prefilter        which rules could match which blocks, without trying them all
ruleset          compiled rules, grouped by phase
strip            furniture inside of blocks: cuts
judge            whole blocks: matches of rules become removals
extract          fields that rules fill
"""
