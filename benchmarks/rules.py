"""How long does judging a line take, part by part, and how long the plain loop over all rules in the same run?

python benchmarks/rules.py [FILE]...      distinct lines of these texts, or of the sample

A FILE may also be a dump (.jsonl.gz), with rows of {blocks: [{text}]}.  Measured is the time of one core; of RUNS, the
least, and each part once a run, so that what else the machine does falls on all parts alike.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import structs

from etl.markup.plain import read_plain
from etl.model import Article, Block, Document, Metadata
from etl.packs import Selection, Sourced, compile_rules, load_rules
from etl.rules import ArticleView, JudgingRules, compile_judging, cuts, judge
from etl.rules.matching.guards import covers

SAMPLE = Path(__file__).parent.parent / "samples" / "another-belarus.txt"
RULES = 200
RUNS = 5
# Actions of rules that name whole blocks.
TAKES_BLOCKS = ("drop", "drop-span", "extract", "tag", "reject")

Work = Callable[[list[ArticleView]], object]


def documents(paths: Sequence[Path]) -> Iterator[Document]:
    """Each text as a document of one article, without the lines that stand in an earlier one."""
    seen: set[str] = set()
    for texts in map(list, (texts for path in paths for texts in texts_of(path))):
        lines = [text for text in dict.fromkeys(texts) if text not in seen]
        seen.update(lines)
        if lines:
            blocks = tuple(Block(at, at + 1, 0, 0, text) for at, text in enumerate(lines))
            yield Document("", "", 1, "text", "", "", "", "", blocks, (), Metadata(), "{}")


def texts_of(path: Path) -> Iterator[Iterator[str]]:
    if path.suffix != ".gz":
        yield (block.text for block in read_plain(path.read_text(encoding="utf-8")).blocks)
        return
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            yield (block["text"] for block in row["blocks"])


def compiled(rules: Sequence[Sourced]) -> JudgingRules:
    return compile_judging((one.name, one.version, one.rule) for one in rules)


def some(rules: Sequence[Sourced], number: int) -> list[Sourced]:
    """So many rules, taken evenly from all packs."""
    return [rules[at * len(rules) // number] for at in range(number)]


def plain_loop(views: Sequence[ArticleView], rules: JudgingRules) -> int:
    """Ask every rule about every block."""
    return sum(
        one.match(view, at) is not None
        for view in views
        for one in rules.judges()
        if covers(one.rule.scope, view.scope)
        for at in range(len(view))
    )


def fresh(stories: Sequence[Document]) -> list[ArticleView]:
    """Return views whose blocks are folded, and in which nothing has been searched."""
    views = [ArticleView(Article(0, Metadata(), None, 0, len(story.blocks)), story) for story in stories]
    for view in views:
        _ = (view.labels, view.sentences)
    return views


def seconds(work: Work, stories: Sequence[Document]) -> float:
    views = fresh(stories)
    start = time.process_time()
    work(views)
    return time.process_time() - start


def microseconds(parts: Mapping[str, Work], stories: Sequence[Document]) -> dict[str, float]:
    """The time of each part, by line: of RUNS, the least.  One run more compiles the regexes that are asked for."""
    runs = [[seconds(work, stories) for work in parts.values()] for _ in range(1 + RUNS)]
    lines = sum(len(story.blocks) for story in stories)
    return {part: min(times) / lines * 1e6 for part, *times in zip(parts, *runs, strict=True)}


def _both(views: list[ArticleView], rules: JudgingRules) -> object:
    candidates = rules.search(views)
    return cuts(views, rules, candidates), judge(views, rules, candidates)


def main(paths: Sequence[Path]) -> None:
    stories = tuple(documents(paths or [SAMPLE]))
    takers = [one for one in load_rules(Selection()) if one.rule.action in TAKES_BLOCKS]
    chosen, full = compiled(some(takers, RULES)), compile_rules(Selection()).judging
    without_classifier = structs.replace(full, classifier=None)
    judging, plain = f"judge: {RULES} rules", f"plain loop over {RULES} rules"
    times = microseconds(
        {
            "view: fold, count, place": lambda _: fresh(stories),
            "search for literals": full.search,
            judging: lambda views: judge(views, chosen),
            f"judge: all {len(full.judges())} rules": lambda views: judge(views, without_classifier),
            f"strip: {len(full.strip.rules)} rules": lambda views: cuts(views, full),
            "strip and judge": lambda views: _both(views, without_classifier),
            "strip, judge, classifier": lambda views: _both(views, full),
            plain: lambda views: plain_loop(views, chosen),
        },
        stories,
    )
    lines = [block.text for story in stories for block in story.blocks]
    print(f"{len(lines)} distinct lines of {sum(map(len, lines)) / len(lines):.0f} characters on average, us a line:")
    for part, time_of_line in times.items():
        print(f"{part:32} {time_of_line:6.1f}")
    print(f"{times[plain] / times[judging]:.1f} times as fast as the plain loop")


if __name__ == "__main__":
    main([Path(path) for path in sys.argv[1:]])
