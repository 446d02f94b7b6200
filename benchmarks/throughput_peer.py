"""The pipelines of datatrove that benchmarks/throughput.py compares with.  It needs no part of copydesk.

python throughput_peer.py clean|minhash INPUT.jsonl FOLDER    INPUT stands alone in its folder
"""

import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.filters import C4QualityFilter
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter


def run(*steps: object) -> None:
    LocalPipelineExecutor(pipeline=list(steps), tasks=1, workers=1, skip_completed=False).run()


def clean(source: Path, folder: Path) -> None:
    """Encoding damage repaired, then C4's rules on lines and documents."""
    run(
        JsonlReader(str(source.parent), glob_pattern=source.name),
        FTFYFormatter(),
        C4QualityFilter(min_num_sentences=-1),
        JsonlWriter(str(folder / "clean"), compression=None),
    )


def minhash(source: Path, folder: Path) -> None:
    """The same, then the four stages of MinHash over documents."""
    clean(source, folder)
    read = JsonlReader(str(folder / "clean"))
    run(read, MinhashDedupSignature(str(folder / "signatures")))
    run(MinhashDedupBuckets(str(folder / "signatures"), str(folder / "buckets")))
    run(MinhashDedupCluster(str(folder / "buckets"), str(folder / "removed")))
    run(read, MinhashDedupFilter(str(folder / "removed")), JsonlWriter(str(folder / "distinct"), compression=None))


if __name__ == "__main__":
    {"clean": clean, "minhash": minhash}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
