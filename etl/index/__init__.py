"""The index between runs: a folder of Parquet files that hold what earlier runs kept, and a manifest that names them.

manifest      what the index was made with, which runs and parts it has; who may write
parts         a part's three tables, as `etl.dedup.store` describes them
query         the keys of a run -> the blocks of prior runs that share one
maintenance   extend, compact, forget, count

What the manifest does not name is not there, so a run that is killed leaves the index as it was.
"""
