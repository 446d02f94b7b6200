"""Tests of blocks, compiled once for each rule.

view         an article as rules see it: its blocks, folded and counted
markdown     lines of Markdown as a reader sees them
patterns     tests of one block
vocabulary   lines of a few listed words (`words` and `fillers`)
neighbours   tests of the blocks around a block
recurrence   lines that are in many documents of a run
guards       `where`, `unless` and `scope`, which keep a block that matches
exceptions   `[[exception]]`: lines that a user keeps
reported     sentences that report what somebody says, which built-in rules keep
"""
