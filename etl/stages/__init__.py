"""One task's work, files to files: here the core meets the disk, and nowhere else.

count     shard -> drafts, and the lines in them         (only where a rule asks what recurs in the run)
add_up    the lines of all shards -> in how many documents each stands
prepare   shard -> staged documents, fingerprints        (only where copies are sought across the run)
select    fingerprints of all shards -> the copies in each
publish   shard -> articles, audit, rejects, and a tally; refuses unbalanced books
"""

from etl.stages.copies import duplicates_within
from etl.stages.count import add_up, asks_what_recurs, count
from etl.stages.job import Copying, Job, RejectLine, Shard
from etl.stages.prepare import edits, prepare
from etl.stages.publish import publish
from etl.stages.seen import holding_index
from etl.stages.select import select

__all__ = [
    "Copying",
    "Job",
    "RejectLine",
    "Shard",
    "add_up",
    "asks_what_recurs",
    "count",
    "duplicates_within",
    "edits",
    "holding_index",
    "prepare",
    "publish",
    "select",
]
