"""Measure how much text a run cleans in a second of processor time, beside datatrove on the same input.

python benchmarks/throughput.py INPUT.jsonl --peer PYTHON [--runs 5] [--minhash]

PYTHON is that of a venv with `datatrove[processing,io]` and `tokenizers`.  Rows are {id, title, text}.  Each turn runs
all tools once, so that what else the machine does falls on all alike; printed are medians, and ratios within a turn.
Compared with `off` and `article` is FTFYFormatter + C4QualityFilter (without its sentence splitter, which costs ten
times the rest); with `run`, and only if --minhash is given, the same + the four stages of MinHash over documents.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TypeVar

import msgspec
from msgspec import Struct

from etl.decode import decode
from etl.document import Parsed, finish, judge, repair_page
from etl.markup import markup
from etl.model import Metadata, Raw
from etl.packs import Selection, compile_rules
from etl.segment import segment

PEER = Path(__file__).parent / "throughput_peer.py"
# Documents whose stages are measured one by one, and of a batch.
STAGE_DOCUMENTS, BATCH = 2_000, 256
OURS = ("off", "article", "run")

T = TypeVar("T")


class Row(Struct):
    id: str
    text: str
    title: str = ""


def cpu_seconds(command: Sequence[str]) -> float:
    """Return the processor time of a command and its children, user and system."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 4):
        raise SystemExit(f"{' '.join(command)}: exit {child.returncode}")
    return used.ru_utime + used.ru_stime


def commands(source: Path, folder: Path, peer: str, minhash: bool) -> dict[str, list[str]]:
    ours = [
        sys.executable,
        "-P",  # the copydesk that is installed: in a checkout that is not, each run takes all rules apart anew
        "-m",
        "etl",
        "clean",
        str(source),
        "-j",
        "1",
        "-q",
        "--force",
        "-o",
        str(folder / "o.jsonl"),
    ]
    found = {f"copydesk {scope}": [*ours, "--dedup", scope] for scope in OURS}
    if peer:
        found["datatrove clean"] = [peer, str(PEER), "clean", str(source), str(folder / "peer")]
    if peer and minhash:
        found["datatrove minhash"] = [peer, str(PEER), "minhash", str(source), str(folder / "peer")]
    return found


def turns(source: Path, peer: str, minhash: bool, runs: int) -> list[dict[str, float]]:
    results: list[dict[str, float]] = []
    for _ in range(runs):
        turn: dict[str, float] = {}
        for name, command in commands(source, source.parent.parent, peer, minhash).items():
            turn[name] = cpu_seconds(command)
            shutil.rmtree(source.parent.parent / "peer", ignore_errors=True)
        results.append(turn)
    return results


def raws(path: Path) -> Iterator[Raw]:
    decoder = msgspec.json.Decoder(Row)
    with path.open("rb") as lines:
        for number, line in enumerate(islice(lines, STAGE_DOCUMENTS), 1):
            row = decoder.decode(line)
            digest = sha256(line).hexdigest()
            yield Raw(str(path), row.text, digest, record=row.id, row=number, metadata=Metadata(headline=row.title))


def stages(path: Path) -> dict[str, float]:
    """Return the microseconds that a document spends in each stage, of three turns the least."""
    rules, documents = compile_rules(Selection()), list(raws(path))
    times: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            done = work()
            best = min(best, time.process_time() - start)
        times[name] = best / len(documents) * 1e6
        return done

    decoded = timed("decode", lambda: [decode(raw) for raw in documents])
    pages = timed("markup", lambda: [markup(one, "text") for one in decoded])
    triples = list(zip(documents, decoded, pages, strict=True))
    repaired = timed("repair", lambda: [repair_page(*triple, rules) for triple in triples])
    articles = timed("segment", lambda: [segment(one, rules.layouts) for one in repaired])
    parsed = [Parsed(document, found) for document, found in zip(repaired, articles, strict=True)]
    batches = [parsed[start : start + BATCH] for start in range(0, len(parsed), BATCH)]
    judged = timed("judge", lambda: [one for batch in batches for one in judge(batch, rules)])
    cleaned = timed("finish", lambda: [finish(one) for one in judged])
    encode = msgspec.json.Encoder().encode
    timed("encode", lambda: [encode((one.records, one.audit)) for one in cleaned])
    return times


def report(results: Sequence[Mapping[str, float]], megabytes: float) -> Iterator[str]:
    for name in results[0]:
        seconds = median(turn[name] for turn in results)
        yield f"{name:20} {seconds:7.2f} s of CPU {megabytes / seconds:7.2f} MB/s"
    for ours, peers in (("off", "clean"), ("article", "clean"), ("run", "minhash")):
        if f"datatrove {peers}" in results[0]:
            ratio = median(turn[f"datatrove {peers}"] / turn[f"copydesk {ours}"] for turn in results)
            yield f"copydesk {ours} is {ratio:.2f} times as fast as datatrove {peers}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path)
    parser.add_argument("--peer", default="")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--minhash", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "in", "input.jsonl")
        source.parent.mkdir()
        shutil.copy(given.input, source)
        for line in report(turns(source, given.peer, given.minhash, given.runs), source.stat().st_size / 1e6):
            print(line)
        times = stages(source)
    total = sum(times.values())
    print("a document, stage by stage:")
    for stage, microseconds in times.items():
        print(f"  {stage:10} {microseconds:7.1f} us {microseconds / total:5.0%}")


if __name__ == "__main__":
    main()
