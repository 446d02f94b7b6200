"""How many times as fast as ftfy is repair, books included, on the same text in the same run?

python benchmarks/repair.py [FILE]...      prints a row for each file, and one for Cyrillic, Chinese and pure mojibake:
the ratio to `ftfy.fix_text` as it comes, and to it with options that leave it the same work.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ftfy

from etl.markup.plain import read_plain
from etl.repair import repair

SAMPLE = Path(__file__).parent.parent / "samples" / "another-belarus.txt"
# The same work for both: entities undone, quotes and widths left as they are.
CONFIG = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, unescape_html=True)
# The least of so many runs: the machine may be busy with something else.
RUNS = 9

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


def seconds(*works: Callable[[], object]) -> tuple[float, ...]:
    """The least time of each work; they take turns, so that a busy machine is unkind to all alike."""
    least = [float("inf")] * len(works)
    for _ in range(RUNS):
        for turn, work in enumerate(works):
            start = time.perf_counter()
            work()
            least[turn] = min(least[turn], time.perf_counter() - start)
    return tuple(least)


def row(name: str, text: str) -> str:
    blocks = [block.text for block in read_plain(text).blocks]
    plain, same, ours = seconds(
        lambda: ftfy.fix_text(text), lambda: ftfy.fix_text(text, CONFIG), lambda: [repair(block) for block in blocks]
    )
    return f"{name:<24}{len(text):>9}{len(text) / 1e6 / ours:>11.2f}{plain / ours:>13.1f}x{same / ours:>13.1f}x"


def main(paths: list[str]) -> None:
    print(f"{'text':<24}{'chars':>9}{'Mchar/s':>11}{'to fix_text':>14}{'same options':>14}")
    for name, text in texts(paths):
        print(row(name, text))


if __name__ == "__main__":
    main(sys.argv[1:])
