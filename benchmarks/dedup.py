"""Measure etl.dedup against its peers: python benchmarks/dedup.py [--count 20000] [--runs 5] [--input FILE.jsonl]

Every tool reads JSONL and writes the kept rows, as a process of its own, tokenising and start-up included; the runs
take turns, so that a busy machine is busy for all.  Peers that are not installed are left out.  The corpus is made
here: paragraphs of Zipf-drawn words, of which a third come back up to five times, damaged.  Figures: the median, its
ratio to ours with the spread over the paired runs, peak memory, and, against an exact join that knows nothing of
banding: pair recall, orphans (dropped, with no kept row that is alike) and whether all runs wrote the same bytes.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.util import find_spec
from itertools import accumulate, islice
from pathlib import Path

import msgspec
import numpy as np

THRESHOLD = 0.7
# The exact join is plain Python: on more rows than this the figures of truth are those of the first so many.
ROWS_JUDGED = 20_000
ROWS_AT_ONCE = 20_000
WORDS = re.compile(r"[^\W_]+")


class Row(msgspec.Struct, gc=False):
    id: int
    text: str


class Run(msgspec.Struct, frozen=True):
    seconds: float
    megabytes: float
    digest: str


def texts(path: Path) -> Iterator[str]:
    decoder = msgspec.json.Decoder(Row)
    with path.open("rb") as lines:
        for line in lines:
            yield decoder.decode(line).text


def grams(text: str) -> set[str]:
    words = WORDS.findall(text.lower())
    return {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}


def keep(source: Path, target: Path, flags: Iterator[bool]) -> None:
    with source.open("rb") as lines, target.open("wb") as kept:
        kept.writelines(line for line, is_kept in zip(lines, flags, strict=True) if is_kept)


def copydesk(source: Path, target: Path) -> None:
    from etl import dedup

    likeness = dedup.Likeness(threshold=THRESHOLD, numbers="any", short_words=0)
    rows, parts = texts(source), []
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        parts.append(dedup.fingerprint(batch, likeness).arrays())
    prints = dedup.join(parts)
    del parts
    is_kept = np.ones(len(prints.words), np.bool_)
    is_kept[dedup.duplicates(prints, np.arange(len(is_kept)), likeness).index] = False
    keep(source, target, iter(is_kept.tolist()))


def rensa(source: Path, target: Path) -> None:
    import rensa  # type: ignore[import-not-found,unused-ignore]  # a peer, seldom installed

    peer = rensa.RMinHashDeduplicator(threshold=THRESHOLD, num_perm=128, use_lsh=True, seed=42)
    rows, flags = enumerate(texts(source)), []
    while batch := list(islice(rows, 5_000)):
        flags += peer.add_pairs([(str(number), list(grams(text))) for number, text in batch])
    keep(source, target, iter(flags))


def gaoya(source: Path, target: Path) -> None:
    from gaoya.minhash import MinHashStringIndex  # type: ignore[import-not-found,unused-ignore]  # a peer, seldom there

    peer = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=16, band_size=8, num_hashes=128,
        analyzer="word", lowercase=True, ngram_range=(3, 3),
    )  # fmt: skip

    def flags() -> Iterator[bool]:
        for number, text in enumerate(texts(source)):
            is_new = not peer.query(text)
            if is_new:
                peer.insert_document(number, text)
            yield is_new

    keep(source, target, flags())


def datasketch(source: Path, target: Path) -> None:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)

    def flags() -> Iterator[bool]:
        for number, text in enumerate(texts(source)):
            minhash = MinHash(num_perm=128)
            minhash.update_batch([gram.encode() for gram in grams(text)])
            is_new = not index.query(minhash)
            if is_new:
                index.insert(number, minhash)
            yield is_new

    keep(source, target, flags())


TOOLS: dict[str, Callable[[Path, Path], None]] = {
    "copydesk": copydesk,
    "rensa": rensa,
    "gaoya": gaoya,
    "datasketch": datasketch,
}


def corpus(count: int) -> list[str]:
    """Make paragraphs of 12 to 110 words; 35 % have one to five damaged copies; then shuffle.  The seed is fixed."""
    draw = random.Random(1)
    vocabulary = ["".join(draw.choices("abcdefghilmnoprstuvw", k=draw.randint(2, 11))) for _ in range(40_000)]
    weights = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
    rows: list[str] = []
    while len(rows) < count:
        words = draw.choices(vocabulary, cum_weights=weights, k=draw.randint(12, 110))
        copies = draw.choice((1, 1, 1, 2, 2, 3, 4, 5)) if draw.random() < 0.35 else 0
        rows += [" ".join(words), *(damaged(draw, words) for _ in range(copies))]
    del rows[count:]
    draw.shuffle(rows)
    return rows


def damaged(draw: random.Random, words: list[str]) -> str:
    """Drop and misspell up to some 4 % of the words, now and then with a dateline, a tail, or all in capitals."""
    rate = draw.choice((0.005, 0.01, 0.02, 0.04))
    left = [word[::-1] if draw.random() < rate else word for word in words if draw.random() >= rate]
    dateline, tail = draw.choice(("", "LONDON (Wire) - ", "* ")), draw.choice(("", " More to come.", ">>"))
    text = dateline + " ".join(left) + tail
    return text.upper() if draw.random() < 0.1 else text


def alike(rows: list[str]) -> list[tuple[int, int]]:
    """Join exactly: all pairs at least as like as the threshold, by prefix filter (Chaudhuri et al., ICDE 2006)."""
    sets = [grams(row) for row in rows]
    counts = Counter(gram for each in sets for gram in each)
    postings: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for later, each in enumerate(sets):
        rarest = sorted(each, key=lambda gram: (counts[gram], gram))[: len(each) - int(THRESHOLD * len(each)) + 1]
        for earlier in {number for gram in rarest for number in postings[gram]}:
            common = len(each & sets[earlier])
            if common >= THRESHOLD * (len(each) + len(sets[earlier]) - common):
                pairs.append((earlier, later))
        for gram in rarest:
            postings[gram].append(later)
    return pairs


def judged(kept: set[int], pairs: list[tuple[int, int]], count: int, whole: bool) -> str:
    """Say what a tool missed and what it dropped without need, by the exact pairs of the first `count` rows."""
    missed = sum(a in kept and b in kept for a, b in pairs)
    recall = f"pair recall {1 - missed / max(1, len(pairs)):.4f}"
    if not whole:
        return recall
    excused = {a for a, b in pairs if b in kept} | {b for a, b in pairs if a in kept}
    return f"{recall}  orphans {len(set(range(count)) - kept - excused)}"


def peak_megabytes() -> float:
    # Not ru_maxrss: a child inherits its parent's peak, and the parent holds the corpus.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


def run(tool: str, source: Path, target: Path) -> Run:
    """Run one tool as a process of its own, on one core."""
    threads = dict.fromkeys(("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    start = time.perf_counter()
    process = subprocess.run(
        [sys.executable, __file__, "--tool", tool, "--input", source, "--output", target],
        env={**os.environ, **threads, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    return Run(seconds, float(process.stdout), sha256(target.read_bytes()).hexdigest())


def compare(source: Path, folder: Path, runs: int) -> None:
    rows = list(texts(source))
    first = rows[:ROWS_JUDGED]
    pairs, whole, count = alike(first), len(first) == len(rows), len(rows)
    del rows
    tools = [tool for tool in TOOLS if tool == "copydesk" or find_spec(tool)]
    taken: dict[str, list[Run]] = {tool: [] for tool in tools}
    for _ in range(runs):
        for tool in tools:
            taken[tool].append(run(tool, source, folder / tool))
    for tool in tools:
        report(tool, taken, count)
        kept = {msgspec.json.decode(line, type=Row).id for line in (folder / tool).read_bytes().splitlines()}
        print(f"{'':12}", judged(kept, pairs, len(first), whole))


def report(tool: str, taken: dict[str, list[Run]], count: int) -> None:
    seconds = statistics.median(each.seconds for each in taken[tool])
    ratios = sorted(each.seconds / ours.seconds for each, ours in zip(taken[tool], taken["copydesk"], strict=True))
    megabytes = max(each.megabytes for each in taken[tool])
    same = "same bytes" if len({each.digest for each in taken[tool]}) == 1 else "DIFFERENT BYTES"
    print(
        f"{tool:12} {seconds:7.2f} s  {count / seconds:8,.0f} rows/s  {megabytes:6.0f} MB  "
        f"ours is {statistics.median(ratios):.2f} x as fast ({ratios[0]:.2f} to {ratios[-1]:.2f})  {same}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, help="rows to make")
    parser.add_argument("--runs", type=int, default=5, help="runs of each tool")
    parser.add_argument(
        "--input", type=Path, help="JSONL of your own with id (0, 1, ...) and text, instead of making one"
    )
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tool:
        TOOLS[options.tool](options.input, options.output)
        print(peak_megabytes())
        return
    with tempfile.TemporaryDirectory() as name:
        source = options.input or Path(name) / "corpus.jsonl"
        if not options.input:
            rows = (Row(number, text) for number, text in enumerate(corpus(options.count)))
            source.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
        compare(source, Path(name), options.runs)


if __name__ == "__main__":
    main()
