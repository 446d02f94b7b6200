"""Measure what a report of a large run costs: processor time, memory and size, and the same of reading the run alone.

python benchmarks/report.py INPUT.jsonl [--articles 100000] [--max-size 5MB]

INPUT has rows {id, title, text, …}.  They are cleaned once, and articles and audit are written again under new names
until there are so many.  Printed beside the report is `stats`, which reads the same files and only counts.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

from msgspec import Struct, structs

from etl.audit import Entry, close, document_checksum, end_entry
from etl.document import Cleaned, clean
from etl.formats import Reading, find, read, shares
from etl.model import Raw
from etl.packs import Selection, compile_rules
from etl.writers import line_writer

# Rows that are cleaned; the others are copies of these.
CLEANED = 500


class Cost(Struct):
    cpu_seconds: float
    megabytes: float


def cost(command: Sequence[str]) -> Cost:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {child.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


def documents(source: str) -> list[Cleaned]:
    rules, reading = compile_rules(Selection()), Reading()
    raws = (
        raw
        for one in find([source], reading).sources
        for share in shares(one, reading, 1 << 20)
        for raw in read(share, reading)
        if isinstance(raw, Raw)
    )
    return [clean(raw, rules) for raw in islice(raws, CLEANED)]


def renamed(one: Cleaned, number: int) -> Cleaned:
    """Return a document as if it stood in another row: articles and audit have new ids."""
    names = {record.id: f"{number:08x}{record.id[8:]}" for record in one.records}
    also = one.document.also
    for old, new in names.items():
        also = also.replace(old, new)
    head = structs.replace(one.document, row=number, also=also)

    def entry(old: Entry) -> Entry:
        return structs.replace(old, row=number, article_id=names.get(old.article_id, old.article_id))

    records = tuple(structs.replace(record, id=names[record.id]) for record in one.records)
    entries = tuple(map(entry, one.entries))
    tally = structs.replace(one.tally, checksum=document_checksum(head, entries))
    return Cleaned(records, head, entries, tally)


def many(cleaned: Sequence[Cleaned], articles: int) -> Iterator[Cleaned]:
    for number in count(1):
        if articles <= 0:
            return
        one = renamed(cleaned[number % len(cleaned)], number)
        articles -= len(one.records)
        yield one


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("input")
    options.add_argument("--articles", type=int, default=100_000)
    options.add_argument("--max-size", default="5MB")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run, page = Path(folder, "run.jsonl"), Path(folder, "report.html")
        tallies = []
        with line_writer(run) as write, line_writer(Path(folder, "run.audit.jsonl")) as write_audit:
            for one in many(documents(chosen.input), chosen.articles):
                write(one.records)
                write_audit(one.audit)
                tallies.append(one.tally)
            total = close(tallies)
            write_audit([end_entry(total)])
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        print(f"{total.documents:,} documents, {total.books.read:,} characters, {size / 1e6:,.0f} MB of JSON lines")
        command = [sys.executable, "-m", "etl"]
        stats = cost([*command, "stats", str(run)])
        report = cost([*command, "report", str(run), "-o", str(page), "--max-size", chosen.max_size])
        print(f"stats   {stats.cpu_seconds:6.1f} s CPU  {stats.megabytes:6.0f} MB")
        print(
            f"report  {report.cpu_seconds:6.1f} s CPU  {report.megabytes:6.0f} MB  {page.stat().st_size:,} bytes, "
            f"{report.cpu_seconds / stats.cpu_seconds:.1f} times stats"
        )


if __name__ == "__main__":
    main()
