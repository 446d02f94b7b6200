"""The tools that benchmarks/dedup.py compares: each reads JSONL, and writes the rows that it keeps as they are."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, compress, count, islice
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

THRESHOLD = 0.7
BYTES_AT_ONCE = 1 << 22
Shingles = Literal["w3", "c5"]

WORDS = re.compile(r"[^\W_]+")


class Text(msgspec.Struct, gc=False):
    text: str


def batches(path: Path) -> Iterator[list[str]]:
    decoder = msgspec.json.Decoder(Text)
    with path.open("rb") as lines:
        while batch := lines.read(BYTES_AT_ONCE) + lines.readline():
            yield [row.text for row in decoder.decode_lines(batch)]


def texts(path: Path) -> Iterator[str]:
    return chain.from_iterable(batches(path))


def grams(text: str) -> set[str]:
    words = WORDS.findall(text.lower())
    return {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}


def letters(text: str) -> set[str]:
    spaced = " ".join(WORDS.findall(text.lower()))
    return {spaced[i : i + 5] for i in range(max(1, len(spaced) - 4))}


SHINGLES: dict[str, Callable[[str], set[str]]] = {"w3": grams, "c5": letters}


def keep(source: Path, target: Path, flags: Iterator[bool]) -> None:
    with source.open("rb") as lines, target.open("wb") as kept:
        kept.writelines(compress(lines, flags))


def new_ones(
    entries: Iterable[Any], query: Callable[[Any], object], insert: Callable[[int, Any], object]
) -> Iterator[bool]:
    """Return for each entry whether an index has nothing like it, and insert those."""
    for number, entry in enumerate(entries):
        is_new = not query(entry)
        if is_new:
            insert(number, entry)
        yield is_new


def copydesk(source: Path, target: Path, shingles: Shingles) -> None:
    from etl.dedup import DedupSettings
    from etl.dedup.fingerprint import fingerprint, join
    from etl.dedup.selection import duplicates

    settings = DedupSettings(shingles=shingles, threshold=THRESHOLD, numbers="any", short_words=0)
    prints = join([fingerprint(batch, settings) for batch in batches(source)])
    is_kept = np.ones(len(prints.word_counts), np.bool_)
    is_kept[duplicates(prints, np.arange(len(is_kept)), settings).index] = False
    keep(source, target, iter(is_kept.tolist()))


def rensa(source: Path, target: Path, shingles: Shingles) -> None:
    """In one pass, with the fastest reader of JSON: of the ways to run it that we tried, the quickest."""
    import orjson  # type: ignore[import-not-found,unused-ignore]  # a peer's, seldom there
    import rensa  # type: ignore[import-not-found,unused-ignore]  # a peer, seldom installed

    peer = rensa.RMinHashDeduplicator(threshold=THRESHOLD, num_perm=128, use_lsh=True, seed=42)
    numbers = count()
    with source.open("rb") as lines, target.open("wb") as kept:
        while batch := list(islice(lines, 5_000)):
            texts_of = (orjson.loads(line)["text"] for line in batch)
            pairs = [(str(next(numbers)), list(SHINGLES[shingles](text))) for text in texts_of]
            kept.writelines(line for line, is_new in zip(batch, peer.add_pairs(pairs), strict=True) if is_new)


def gaoya(source: Path, target: Path, shingles: Shingles) -> None:
    from gaoya.minhash import MinHashStringIndex  # type: ignore[import-not-found,unused-ignore]  # a peer, seldom there

    peer = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=16, band_size=8, num_hashes=128,
        analyzer="word" if shingles == "w3" else "char", lowercase=True, ngram_range=(int(shingles[1]),) * 2,
    )  # fmt: skip

    keep(source, target, new_ones(texts(source), peer.query, peer.insert_document))


def datasketch(source: Path, target: Path, shingles: Shingles) -> None:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)

    def minhash(text: str) -> MinHash:
        made = MinHash(num_perm=128)
        made.update_batch([gram.encode() for gram in SHINGLES[shingles](text)])
        return made

    keep(source, target, new_ones(map(minhash, texts(source)), index.query, index.insert))


def datasketch_bulk(source: Path, target: Path, shingles: Shingles) -> None:
    import xxhash  # type: ignore[import-not-found,unused-ignore]  # a peer's, seldom there
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)

    sets = ([gram.encode() for gram in SHINGLES[shingles](text)] for text in texts(source))
    minhashes = MinHash.generator(sets, num_perm=128, hashfunc=xxhash.xxh32_intdigest)
    keep(source, target, new_ones(minhashes, index.query, partial(index.insert, check_duplication=False)))


def datatrove(source: Path, target: Path, shingles: Shingles) -> None:
    from datatrove.pipeline.dedup import minhash  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from datatrove.pipeline.readers import JsonlReader  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from datatrove.pipeline.writers import JsonlWriter  # type: ignore[import-not-found,import-untyped,unused-ignore]

    config = minhash.MinhashConfig(n_grams=int(shingles[1]))  # 14 bands of 8 rows
    folder = target.with_suffix(".datatrove")
    folders = {name: str(folder / name) for name in ("signatures", "buckets", "copies", "kept")}
    rows = JsonlReader(str(source.parent), glob_pattern=source.name)
    in_turn: list[list[Any]] = [
        [rows, minhash.MinhashDedupSignature(folders["signatures"], config=config)],
        [minhash.MinhashDedupBuckets(folders["signatures"], folders["buckets"], config=config)],
        [minhash.MinhashDedupCluster(folders["buckets"], folders["copies"], config=config)],
        [rows, minhash.MinhashDedupFilter(folders["copies"]), JsonlWriter(folders["kept"], compression=None)],
    ]
    for number, steps in enumerate(in_turn):
        run_steps(steps, folder / f"logs-{number}", config.num_buckets if number == 1 else 1)
    lines = (line for part in (folder / "kept").iterdir() for line in part.read_bytes().splitlines())
    kept = {int(msgspec.json.decode(line).get("id", 0)) for line in lines}  # it writes nothing that is 0
    keep(source, target, (number in kept for number, _ in enumerate(texts(source))))


def run_steps(steps: list[Any], logs: Path, tasks: int) -> None:
    from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-not-found,import-untyped,unused-ignore]

    LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(logs)).run()


def text_dedup(source: Path, target: Path, shingles: Shingles) -> None:
    from datasets import load_from_disk  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from text_dedup.minhash import main as peer  # type: ignore[import-not-found,import-untyped,unused-ignore]

    folder = target.with_suffix(".text_dedup")
    options = {
        "path": "json", "data_files": str(source), "split": "train", "column": "text", "output": str(folder),
        "cache_dir": str(folder) + ".cache", "ngram": shingles[1], "num_perm": "128", "threshold": str(THRESHOLD),
        "min_length": "1", "num_proc": "1",
    }  # fmt: skip
    peer([word for name, value in options.items() for word in (f"--{name}", value)], standalone_mode=False)
    kept = set(load_from_disk(str(folder))["id"])
    keep(source, target, (number in kept for number, _ in enumerate(texts(source))))


TOOLS: dict[str, Callable[[Path, Path, Shingles], None]] = {
    "copydesk": copydesk,
    "rensa": rensa,
    "gaoya": gaoya,
    "datasketch": datasketch,
    "datasketch_bulk": datasketch_bulk,
    "datatrove": datatrove,
    "text_dedup": text_dedup,
}
NEEDS = {
    "copydesk": ("etl",),
    "rensa": ("rensa", "orjson"),
    "datasketch_bulk": ("datasketch", "xxhash"),
    "datatrove": ("datatrove", "orjson", "spacy", "tokenizers"),
}
WORDS_ONLY = ("datatrove", "text_dedup")
