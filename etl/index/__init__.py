"""The index between runs: a folder of Parquet files with what earlier runs kept, and a manifest that names the files.

manifest      how the index was made, its runs and its parts; who may write
parts         the Parquet tables of a part, as `etl.dedup.store` describes them
checksums     checksums of the files, which show damage
query         the blocks of earlier runs that share a band key with a block of the run
maintenance   extend, compact, forget, count
export        the signatures of an index, for other tools

Files that the manifest does not name are ignored, so a run that is killed leaves the index as it was.
"""
