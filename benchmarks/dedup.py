"""Measure etl.dedup against its peers: python benchmarks/dedup.py [--count 20000] [--runs 5] [--input FILE.jsonl]

Every tool reads JSONL and writes the kept rows, as a process of its own, tokenising and start-up included; the runs
take turns, so that a busy machine is busy for all.  Peers run under `--python`, if that is given; of those that are not
installed there a line says so.  The corpus is made here: paragraphs of Zipf-drawn words, of which a third come back up
to five times, damaged.  Figures: the median, its ratio to ours with the spread over the paired runs, peak memory, and,
against an exact join that knows nothing of banding: pair recall, orphans (dropped, with no kept row that is alike) and
whether all runs wrote the same bytes.
`--settings` runs the command instead, `copydesk dedup`, with one process and with two, with little memory, and with
another seed for hashes: the time, the peak memory of all its processes, and whether all wrote the same bytes.
`--draw 200 --seed 1` prints so many near copies that are dropped by default, drawn at random, for people to read:
what the keeper says and, after it, what the copy says instead.
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
from collections.abc import Iterator
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import msgspec
import numpy as np
from dedup_peers import NEEDS, SHINGLES, THRESHOLD, TOOLS, WORDS_ONLY, Shingles, texts

# The exact join is plain Python: on more rows than this the figures of truth are those of the first so many.
ROWS_JUDGED = {"w3": 20_000, "c5": 2_000}


class Row(msgspec.Struct, gc=False):
    id: int
    text: str


class Run(msgspec.Struct, frozen=True):
    seconds: float
    processor_seconds: float
    megabytes: float
    digest: str


SETTINGS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "-j 1": (("-j", "1"), {}),
    "-j 2": (("-j", "2"), {}),
    "--memory 512MB": (("-j", "1", "--memory", "512MB"), {}),
    "hash seed 7": (("-j", "2"), {"PYTHONHASHSEED": "7"}),
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


def alike(rows: list[str], shingles: Shingles) -> list[tuple[int, int]]:
    """Join exactly: all pairs at least as like as the threshold, by prefix filter (Chaudhuri et al., ICDE 2006)."""
    sets = [SHINGLES[shingles](row) for row in rows]
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
    """Print what a tool missed and what it dropped without need, by the exact pairs of the first `count` rows."""
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


def interpreter(tool: str, python: str) -> str:
    return sys.executable if tool == "copydesk" else python


def can_run(tool: str, options: argparse.Namespace) -> bool:
    """Return whether a tool is there and knows such shingles; if not, print it."""
    needed = NEEDS.get(tool, (tool,))
    asked = "import importlib.util, sys; sys.exit(None in map(importlib.util.find_spec, sys.argv[1:]))"
    command = [interpreter(tool, options.python), "-c", asked, *needed]
    found = subprocess.run(command, env=environment({}), check=False)
    fault = f"needs {', '.join(needed)}" if found.returncode else "has no such shingles"
    runs = not found.returncode and (options.shingles == "w3" or tool not in WORDS_ONLY)
    if not runs:
        print(f"{tool:15} left out: {fault}")
    return runs


def run(tool: str, source: Path, target: Path, options: argparse.Namespace) -> Run:
    """Run one tool as a process of its own, on one core."""
    threads = dict.fromkeys(("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [interpreter(tool, options.python), __file__, "--tool", tool, "--shingles", options.shingles]
    files = ["--input", str(source), "--output", str(target)]
    with subprocess.Popen([*command, *files], env=environment(threads), stdout=subprocess.PIPE) as process:
        return finished(process, target)


def run_command(setting: str, source: Path, target: Path) -> Run:
    """Run `copydesk dedup` with one setting."""
    options, named = SETTINGS[setting]
    command = ["-m", "etl", "dedup", str(source), "-o", str(target), "--unit", "paragraph", "-f", "-q", *options]
    with subprocess.Popen([sys.executable, *command], env=environment(named)) as process:
        return finished(process, target)


def environment(named: dict[str, str]) -> dict[str, str]:
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, **named}


def finished(process: "subprocess.Popen[bytes]", target: Path) -> Run:
    """Wait for a process, and measure it: the peak it says itself, or that of its tree as seen from here."""
    start, before, peak = time.perf_counter(), os.times(), 0.0
    while process.poll() is None:
        peak = max(peak, tree_megabytes(process.pid))
        time.sleep(0.02)
    seconds, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    if process.returncode:
        raise SystemExit(process.returncode)
    said = process.stdout.read() if process.stdout else b""
    return Run(seconds, used, float(said.split()[-1] if said else peak), sha256(target.read_bytes()).hexdigest())


def tree_megabytes(process: int) -> float:
    """Add up what a process and those it started hold in memory now."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        threads = list(Path(f"/proc/{process}/task").iterdir())
        children = {int(child) for thread in threads for child in (thread / "children").read_text().split()}
    except OSError:  # it has ended meanwhile
        return 0.0
    held = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(held[1]) / 1024 + sum(map(tree_megabytes, children)) if held else 0.0


def numbered(path: Path) -> Iterator[Row]:
    """Read rows.  Raises msgspec.ValidationError if the id of one is not a number."""
    with path.open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=Row)


def compare(source: Path, folder: Path, options: argparse.Namespace) -> None:
    """Run the tools by turns, and say how each compares."""
    rows = [row.text for row in numbered(source)]
    first = rows[: ROWS_JUDGED[options.shingles]]
    pairs, whole, count = alike(first, options.shingles), len(first) == len(rows), len(rows)
    del rows
    tools = [tool for tool in options.tools if can_run(tool, options)]
    taken: dict[str, list[Run]] = {tool: [] for tool in tools}
    for _ in range(options.runs):
        for tool in tools:
            taken[tool].append(run(tool, source, folder / tool, options))
    for tool in tools:
        report(tool, taken, count)
        kept = {row.id for row in numbered(folder / tool)}
        print(f"{'':15}", judged(kept, pairs, len(first), whole))


def compare_settings(source: Path, folder: Path, options: argparse.Namespace) -> None:
    """Run the command with each setting by turns, and say how they compare."""
    with source.open("rb") as lines:
        count = sum(1 for _ in lines)
    taken: dict[str, list[Run]] = {setting: [] for setting in SETTINGS}
    for _ in range(options.runs):
        for setting in SETTINGS:
            taken[setting].append(run_command(setting, source, folder / "out.jsonl"))
    for setting in SETTINGS:
        report(setting, taken, count)
    digests = {each.digest for runs in taken.values() for each in runs}
    print("all settings:", "same bytes" if len(digests) == 1 else "DIFFERENT BYTES")


def draw(source: Path, count: int, seed: int) -> None:
    """Print near copies that are dropped by default, with what differs from their keepers and what is lost."""
    from etl.dedup import DedupSettings
    from etl.dedup.fingerprint import fingerprint
    from etl.dedup.selection import Blocks, drops_of, no_history, select

    rows, settings = list(texts(source)), DedupSettings(unit="paragraph")
    blocks = Blocks(fingerprint(rows, settings), np.arange(len(rows)), no_history(len(rows)))
    drops = drops_of(blocks, select(blocks, settings))
    near, lossy = np.flatnonzero(drops.similarity < 1), int(np.count_nonzero(drops.residue_counts))
    print(f"{len(rows)} rows, {len(drops.blocks)} dropped, {len(near)} of them near copies, {lossy} with a residue")
    for place in random.Random(seed).sample(near.tolist(), min(count, len(near))):
        print(f"{drops.similarity[place]:.2f} ", difference(rows[drops.keeper[place]], rows[drops.blocks[place]]))


def difference(keeper: str, copy: str) -> str:
    one, other = keeper.split(), copy.split()
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return " ".join(
        " ".join(one[a:b]) if verdict == "equal" else f"[{' '.join(one[a:b])} | {' '.join(other[c:d])}]"
        for verdict, a, b, c, d in matcher.get_opcodes()
    )


def report(tool: str, taken: dict[str, list[Run]], count: int) -> None:
    seconds = statistics.median(each.seconds for each in taken[tool])
    base = next(iter(taken))
    pairs = list(zip(taken[tool], taken[base], strict=True))
    ratios = sorted(each.seconds / ours.seconds for each, ours in pairs)
    used = statistics.median(each.processor_seconds / ours.processor_seconds for each, ours in pairs)
    megabytes = max(each.megabytes for each in taken[tool])
    same = "same bytes" if len({each.digest for each in taken[tool]}) == 1 else "DIFFERENT BYTES"
    spread = f"({ratios[0]:.2f} to {ratios[-1]:.2f}; by processor time {used:.2f})"
    print(
        f"{tool:15} {seconds:7.2f} s  {count / seconds:8,.0f} rows/s  {megabytes:6.0f} MB  "
        f"{base} is {statistics.median(ratios):.2f} x as fast {spread}  {same}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, help="rows to make")
    parser.add_argument("--runs", type=int, default=5, help="runs of each tool")
    parser.add_argument(
        "--input", type=Path, help="JSONL of your own with id (0, 1, ...) and text, instead of making one"
    )
    parser.add_argument("--shingles", choices=SHINGLES, default="w3", help="words by three, or characters by five")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS), help="copydesk, and these peers")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the peers")
    parser.add_argument("--settings", action="store_true", help="compare settings of the command, not peers")
    parser.add_argument("--draw", type=int, default=0, help="print so many near copies that are dropped by default")
    parser.add_argument("--seed", type=int, default=1, help="of that draw")
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tool:
        TOOLS[options.tool](options.input, options.output, options.shingles)
        print(peak_megabytes())
        return
    with tempfile.TemporaryDirectory() as name:
        source = options.input or made(Path(name) / "corpus.jsonl", options.count)
        if options.draw:
            draw(source, options.draw, options.seed)
            return
        (compare_settings if options.settings else compare)(source, Path(name), options)


def made(target: Path, count: int) -> Path:
    """Make a corpus and write it."""
    with target.open("wb") as lines:
        for number, text in enumerate(corpus(count)):
            lines.write(msgspec.json.encode(Row(number, text)) + b"\n")
    return target


if __name__ == "__main__":
    main()
