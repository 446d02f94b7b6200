"""The index between runs: a folder of Parquet files with what earlier runs kept, and a manifest that names the files.

manifest      how the index was made, its runs and its parts, the checksums of its files; who may write
parts         the Parquet tables of a part, as `etl.dedup.store` describes them
query         the blocks of earlier runs that share a band key with a block of the run
maintenance   extend, compact, forget, count
export        the blocks of an index with their signatures, for other tools

Files that the manifest does not name are ignored, so a run that is killed leaves the index as it was.
"""
