"""Measure pages against other extractors: quality on labelled pages, CPU and peak memory on the same pages in one run.

python benchmarks/page_peers.py EVAL_FOLDER [--python PEERS_PYTHON] [--every N]

EVAL_FOLDER is that of page_model.py.  PEERS_PYTHON is the interpreter of an environment that has trafilatura,
readability-lxml and resiliparse, or some of them; copydesk itself runs in this one.  Each extractor runs in a process
of its own, over the same pages in the same order; times are CPU seconds of that process.  Our scores are those of the
model that is shipped, which has seen these pages: page_model.py measures on publishers that it has not seen.
"""

import argparse
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from page_model import scorer, scores

# Pages are judged in batches, and Python looks for cycles seldom, as in a run.
COPYDESK = """
from etl.processes import collect_seldom
collect_seldom()
from etl.document import finish, judge, parse
from etl.model import Raw
from etl.packs import Selection, compile_rules
rules = compile_rules(Selection())
BATCH = 32
def extract_all(pages):
    parsed = [parse(Raw("page", page, "0" * 64, "html"), rules) for page in pages]
    return ["\\n\\n".join(record.text for record in finish(one).records) for one in judge(parsed, rules)]
"""
PEERS = {
    "copydesk": COPYDESK,
    "trafilatura": """
import trafilatura
def extract(html):
    return trafilatura.extract(html, include_comments=False)
""",
    "trafilatura with metadata": """
import trafilatura
def extract(html):
    found = trafilatura.bare_extraction(html, include_comments=False, with_metadata=True)
    return found.text if found else ""
""",
    "trafilatura fast": """
import trafilatura
def extract(html):
    return trafilatura.extract(html, include_comments=False, fast=True)
""",
    "readability-lxml": """
from readability import Document
from lxml.html import fromstring
def extract(html):
    return fromstring(Document(html).summary()).text_content()
""",
    "resiliparse": """
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
def extract(html):
    return extract_plain_text(bytes_to_str(html, detect_encoding(html)), main_content=True)
""",
}
RUNNER = """
import gzip, json, resource, sys, time
folder, names = sys.argv[1], json.load(sys.stdin)
pages = [gzip.open(f"{folder}/html/{name}.html.gz").read() for name in names]
def extracted(page):
    try:
        return extract(page) or ""
    except Exception:  # an extractor that fails on a page has no text of it
        return ""
if "extract_all" not in globals():
    BATCH, extract_all = 1, lambda pages: [extracted(page) for page in pages]
extract_all(pages[:1])
texts, start = {}, time.process_time()
for at in range(0, len(pages), BATCH):
    texts |= zip(names[at:at + BATCH], extract_all(pages[at:at + BATCH]))
seconds = time.process_time() - start
print(json.dumps({"texts": texts, "seconds": seconds, "kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def run(python: str, code: str, folder: Path, names: list[str]) -> dict[str, Any] | None:
    """Run one extractor over pages; None if it is not installed."""
    done = subprocess.run(
        [python, "-c", code + RUNNER, str(folder)], input=json.dumps(names), capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"  {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no output'}")
        return None
    return dict(json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--every", type=int, default=1, help="take one page of so many")
    options = parser.parse_args()
    measure = scorer(options.folder)
    with gzip.open(options.folder / "truth.jsonl.gz", "rt", encoding="utf-8") as file:
        truths = sorted(map(json.loads, file), key=lambda truth: str(truth["id"]))[:: options.every]
    names = [truth["id"] for truth in truths]
    for peer, code in PEERS.items():
        print(peer)
        python = sys.executable if peer == "copydesk" else options.python
        if found := run(python, code, options.folder, names):
            milliseconds = 1000 * found["seconds"] / len(names)
            print(f"  {milliseconds:.1f} ms of CPU a page, {found['kilobytes'] / 1024:.0f} MB at most")
            print(f"  {scores(measure, truths, found['texts'])}", flush=True)


if __name__ == "__main__":
    main()
