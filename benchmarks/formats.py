"""One worker against two on Parquet and WARC of a given size, and what a damaged row group or member costs.

    python benchmarks/formats.py --mb 1000 --work /var/tmp/formats [--only warc] [--memory 1GB] [-- --dedup off]

Writes files of that size with news made from a seed (four paragraphs, no two alike; pages of some 40 kB with menus and
scripts, as sites have them), cleans it with -j 1 and -j 2,
and prints for each run: wall clock, CPU of all processes, CPU of the parent (what it does alone bounds what workers
can gain), the largest sum of anonymous memory, and rejects.  The two outputs must be the same bytes.
"""

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from random import Random

from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from corpus import story

# Rows of a row group: some MB, as Spark and pandas write them.
GROUP_ROWS = 5_000
POLL_SECONDS = 0.2
SCRIPT_BYTES = 20_000
MENU = "".join(
    f'<li class="menu-item"><a class="menu-link" href="/{name}/{number}">{name.title()} {number}</a></li>'
    for name in "news sport weather culture opinion".split()
    for number in range(20)
)
ADDED = "2026-11-22T00:00:00Z"


class Measured(Struct):
    """A run: seconds of wall clock, of CPU of all processes and of the parent alone; MB; documents not read."""

    wall: float
    cpu: float
    parent: float
    peak: float
    rejects: int
    digest: str


def stories() -> Iterator[tuple[int, str]]:
    """Yield stories without end."""
    random = Random(1)
    for number in count(1):
        yield number, story(random)


def write_parquet(path: Path, size: int) -> None:
    """Write texts with a title, a date and an address, in row groups; not packed, for made text packs too well."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("url", "title", "date", "text")
    found = stories()
    schema = pa.schema([(name, pa.string()) for name in names])
    with path.open("wb") as file, pq.ParquetWriter(file, schema, compression="none", use_dictionary=False) as writer:
        while file.tell() < size:
            rows = [
                (f"https://x.invalid/{number}", f"Case {number} waits", "2026-10-01", text)
                for number, text in islice(found, GROUP_ROWS)
            ]
            writer.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))


def write_warc(path: Path, size: int) -> None:
    """Write pages of these stories, a gzip member each."""
    random, found = Random(2), stories()
    with path.open("wb") as file:
        while file.tell() < size:
            number, text = next(found)
            body = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
            page = (
                f"<!doctype html><html><head><title>Case {number} waits</title>"
                f"<script>{random.randbytes(SCRIPT_BYTES // 2).hex()}</script></head>"
                f"<body><nav><ul>{MENU}</ul></nav><article><h1>Case {number} waits</h1>{body}</article>"
                f"<footer><p>© 2026 Ashdale Gazette. All rights reserved.</p><ul>{MENU}</ul></footer></body></html>"
            )
            block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}".encode()
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://x.invalid/{number}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0))


WRITERS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "parquet": ("news.parquet", write_parquet),
    "warc": ("news.warc.gz", write_warc),
}


def damaged(path: Path) -> Path:
    """Return a copy of a file with a hundred bytes in its middle changed."""
    target = path.with_name(f"damaged-{path.name}")
    shutil.copyfile(path, target)
    with target.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        piece = file.read(100)
        file.seek(-len(piece), os.SEEK_CUR)
        file.write(bytes(byte ^ 0x55 for byte in piece))
    return target


def run(source: Path, jobs: int, memory: str, more: list[str]) -> Measured:
    """Clean a file with so many workers."""
    out = source.parent / f"out-{source.name}-{jobs}"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "etl", "clean", str(source), "-o", f"{out}/", "-q", "-j", str(jobs)]
    before, started, peak, parent = os.times(), time.perf_counter(), 0, 0.0
    process = subprocess.Popen([*command, "--memory", memory, "--added", ADDED, *more])
    while process.poll() is None:
        peak, parent = max(peak, anonymous(process.pid)), cpu_of(process.pid) or parent
        time.sleep(POLL_SECONDS)
    wall, after = time.perf_counter() - started, os.times()
    if process.returncode not in (0, 4):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    rejects = subprocess.run(
        f"cat {out}/rejects/* | zstd -dc | wc -l", shell=True, capture_output=True, text=True, check=False
    )
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in sorted((out / "articles").iterdir()))).hexdigest()
    shutil.rmtree(out)
    return Measured(wall, cpu, parent, peak / 1e6, int(rejects.stdout or 0), digest)


def anonymous(pid: int) -> int:
    """Return the anonymous memory of a process and its children, in bytes."""
    total = 0
    for one in (pid, *children(pid)):
        try:
            lines = Path(f"/proc/{one}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))
    return total


def children(pid: int) -> list[int]:
    """Return the processes that a process started, and those that these started."""
    try:
        own = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*own, *(inner for one in own for inner in children(one))]


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of one process, without its children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure what was asked for, and print a line a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=150)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", choices=WRITERS)
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--skip-damaged", action="store_true")
    options, more = parser.parse_known_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for name, (file, write) in WRITERS.items():
        if options.only not in (None, name):
            continue
        path = options.work / f"{options.mb}-{file}"
        if not path.exists():
            write(path, options.mb * 1_000_000)
        found = [run(path, jobs, options.memory, [one for one in more if one != "--"]) for jobs in (1, 2)]
        for jobs, one in enumerate(found, 1):
            print(
                f"{name} -j {jobs}: wall {one.wall:7.1f} s, CPU {one.cpu:7.1f} s, parent {one.parent:6.1f} s, "
                f"memory {one.peak:6.0f} MB, rejects {one.rejects}"
            )
        same = "same bytes" if found[0].digest == found[1].digest else "OTHER BYTES"
        print(f"{name}: two workers {found[0].wall / found[1].wall:.2f} x one, {same}")
        if not options.skip_damaged:
            print(f"{name} damaged: {run(damaged(path), 2, options.memory, []).rejects} rejects")


if __name__ == "__main__":
    main()
