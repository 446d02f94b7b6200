"""The path of a run: from inputs to outputs, stage by stage, with files in a workspace between the stages.

job                what a worker gets: the settings, and a shard of the input
workspace          the files of a run: complete parts, markers of finished tasks, the lock of an output
tasks              the work of one stage on one shard
threads            tasks in threads of one process
run                the stages in order; a finished task is not run again
session            a run into an output: its lock, the remains of an unfinished run, its delivery
output             where results are written, and whether they may be
delivery           how articles and audit are replaced together
to_store           results in an object store
documents          documents between two stages
lines              in how many documents of the run a line is
fingerprints       the fingerprints of all shards, in memory or in files
select_duplicates  the duplicates of the run
history            the blocks that earlier runs kept, and what a run adds to an index
duplicates         removals from the duplicates of a document
records            the stages of `copydesk dedup`
"""
