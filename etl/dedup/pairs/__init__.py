"""Fingerprints -> the pairs of similar blocks that state the same facts.

buckets         blocks that share a band key
candidates      buckets -> candidate pairs
bitmap_filter   drops the pairs of large buckets that cannot be similar
names_filter    drops the pairs of large buckets that are of other people
forms_filter    drops the pairs of large buckets that are one form, filled in with other words
verify          candidate pairs -> pairs, by exact Jaccard
source          where pairs come from: buckets of this process, or shuffles of an engine
same_facts      drops the pairs of which the two blocks state different facts
"""
