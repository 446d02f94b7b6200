"""The path of a run: inputs to outputs, stage by stage, with files in a workspace between the stages.

job          what a worker is sent: settings, and a share of the input
workspace    the files of a run: parts that appear whole, marks of what is done, the lock of an output
tasks        the work of one stage on one shard
run          the stages in order, over all shards; what is done is not done again
session      a run into an output: its claim, what an unfinished run left, its delivery
delivery     where results go, and how articles and audit change together
documents    documents between two stages
lines        in how many documents of the run a line stands
fingerprints  those of shards: one Arrow file each
select       duplicates across the run; history: what earlier runs kept
records      the stages of `copydesk dedup`
"""
