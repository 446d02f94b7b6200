"""Does a rule match a block?  What a rule sees of an article, and predicates on it, compiled once per rule.

view         an article as rules see it: its blocks folded, counted and placed
patterns     predicates on one block
neighbours   predicates on the blocks around it
guards       `where`, `unless` and `scope`: what blocks a rule that matches
exceptions   lines that a user exempts from rules
recurrence   the lines that stand in many documents of a run
"""
