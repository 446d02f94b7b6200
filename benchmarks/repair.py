"""How many times as fast as ftfy is repair, books included, on the same text in the same run?

python benchmarks/repair.py [FILE]...      prints a row for each file, and one for Cyrillic, Chinese and pure mojibake:
the ratio to `ftfy.fix_text` as it comes, and to it with options that leave it the same work, as the median of RUNS with
the least and the greatest.  Ours is `repair_page` with the shipped packs: repairs, flags, scripts and accounts.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import ftfy

from etl.decode import decode
from etl.document import repair_page
from etl.markup import markup
from etl.model import Raw
from etl.packs import Selection, compile_rules

SAMPLE = Path(__file__).parent.parent / "samples" / "another-belarus.txt"
# The same work for both: entities undone, quotes and widths left as they are.
CONFIG = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, unescape_html=True)
RUNS = 9
# One run counts the least processor time of so many: the machine may be busy with something else.
TRIES = 5

CYRILLIC = "Президент встретился с министрами в Минске, сообщает агентство. Переговоры — «сложные», сказал он. "
CHINESE = "新华社明斯克八月二十五日电，总统在首都会见了各部部长，双方就经济合作交换了意见。“会谈很有成果”，他说。"
MOJIBAKE = "Belarus’s president, “naïve” café owners and São Paulo’s mayor — 20 °C – met. ".encode().decode(
    "cp1252", "ignore"
)


def texts(paths: list[str]) -> Iterator[tuple[str, str]]:
    for path in map(Path, paths or [str(SAMPLE)]):
        yield path.name, path.read_text(encoding="utf-8")
    for name, line in ("cyrillic", CYRILLIC), ("chinese", CHINESE), ("mojibake", MOJIBAKE):
        yield name, "\n\n".join([line[:-1]] * 600)


def seconds(work: Callable[[], object]) -> float:
    least = float("inf")
    for _ in range(TRIES):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


def row(name: str, text: str) -> str:
    raw = Raw(name, text, sha256="")
    decoded, packs = decode(raw), compile_rules(Selection())
    page = markup(decoded, raw.kind)
    works: tuple[Callable[[], object], ...] = (
        lambda: ftfy.fix_text(text),
        lambda: ftfy.fix_text(text, CONFIG),
        lambda: repair_page(raw, decoded, page, packs),
    )
    # They take turns, so that a busy machine is unkind to all alike.
    runs = [[seconds(work) for work in works] for _ in range(RUNS)]
    ours = median(run[2] for run in runs)
    plain, same = (said([run[theirs] / run[2] for run in runs]) for theirs in (0, 1))
    return f"{name:<24}{len(text):>9}{len(text) / 1e6 / ours:>11.2f}{plain:>22}{same:>22}"


def said(ratios: list[float]) -> str:
    return f"{median(ratios):.1f}x ({min(ratios):.1f}-{max(ratios):.1f})"


def main(paths: list[str]) -> None:
    print(f"{'text':<24}{'chars':>9}{'Mchar/s':>11}{'to fix_text':>22}{'same options':>22}")
    for name, text in texts(paths):
        print(row(name, text))


if __name__ == "__main__":
    main(sys.argv[1:])
