"""How long does judging a line take, with the index and with the plain loop over all rules, in one run?

python benchmarks/rules.py [FILE]...      distinct lines of these files, or of the sample
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import structs

from etl.markup.plain import read_plain
from etl.model import Article, Facts
from etl.packs import Selection, load_rules
from etl.rules import View, judge, seat
from etl.rules.judge import Bench
from etl.rules.vocabulary import Rule

SAMPLE = Path(__file__).parent.parent / "samples" / "another-belarus.txt"
RULES = 200
RUNS = 7


def rules() -> Iterator[tuple[str, str, Rule]]:
    """The shipped rules, or as many again under other names and other labels as make RULES."""
    shipped = load_rules(Selection())
    for number in range(max(RULES, len(shipped))):
        sourced = shipped[number % len(shipped)]
        copy = number // len(shipped)
        match = sourced.rule.match
        if copy:
            match = structs.replace(match, exact=tuple(f"{text} {copy}" for text in match.exact))
        yield f"{sourced.name}-{copy}", "1", structs.replace(sourced.rule, match=match)


def plainly(view: View, bench: Bench) -> None:
    for panel in (bench.alone, bench.in_company):
        for at in range(len(view)):
            for seated in panel.rules:
                seated.opinion(view, at)


def seconds(work: Callable[[], object]) -> float:
    least = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
    return least


def main(paths: list[str]) -> None:
    texts = [Path(path).read_text(encoding="utf-8") for path in paths or [str(SAMPLE)]]
    lines = {block.text: block for text in texts for block in read_plain(text).blocks}
    blocks = tuple(structs.replace(block, index=index) for index, block in enumerate(lines.values()))
    article, bench = Article(0, Facts(), None, blocks), seat(rules())
    indexed = seconds(lambda: judge(View(article, "text"), bench))
    plain = seconds(lambda: plainly(View(article, "text"), bench))
    characters = sum(len(block.text) for block in blocks) / len(blocks)
    print(f"{len(blocks)} distinct lines of {characters:.0f} characters on average, {len(bench.judges())} rules")
    indexed, plain = indexed / len(blocks) * 1e6, plain / len(blocks) * 1e6
    print(f"indexed {indexed:.1f} us a line, plain loop {plain:.1f} us: {plain / indexed:.1f}x")


if __name__ == "__main__":
    main(sys.argv[1:])
