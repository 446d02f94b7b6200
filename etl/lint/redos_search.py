"""Search for a line on which a regex is slow, made from its own repeats, classes and separators.

A child process tries the lines.  If a regex does not return, the process is killed when its time is up.
"""

import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest
from itertools import chain, islice, permutations, product, repeat
from multiprocessing import get_context
from multiprocessing.connection import Connection

from msgspec import Struct

from etl.lint.tree import Run, parts, sample, sample_of
from etl.processes import safe_path

# Seconds of processor time on one line, and characters of the longest lines that are judged.  All rules together need
# some 10 µs for a usual line; with a regex that needs 500 times as long, one page can stop a run.
MAX_SECONDS, MAX_CHARS = 0.005, 2_000
# A match with a known time, and its seconds on an idle core of the machine for which the limits were chosen.  On a busy
# machine, this match and all others may take several times as long.
PACE_REGEX, PACE_LINE, PACE_SECONDS = re.compile(".{0,300}(?:[^.]{0,300}[ /])?y"), " a" * 500, 0.0025
# Characters.  Steps are small, so that a regex whose time grows by 4 with each character is found in a second.
GROWTH = (8, 12, 16, 20, 24, 32, 44, 60, 84, 120, 200)
# Lines.  The slowest lines of the last step are extended to the full length.
FULL_GROWN = 6
# Limits of the search: texts before a repeat, texts of the repeat, and their variants.
MAX_HEADS, MAX_UNITS, MAX_CHOICES = 6, 48, 6
# Characters.  For a smaller class, each separator is tried; for a larger one, a single letter.
FEW_CHARS = 8
# Seconds for one regex; 0.02 is usual.  The first also waits for the child to start.
PATIENCE = 20.0
# Seconds of one wait.  If the machine sleeps or the process is stopped, a wait ends late.
WAIT = 0.25
# Seconds for all regexes, in addition to the usual time of each: enough for five regexes that do not return.
TOTAL_PATIENCE, USUAL_SECONDS = 100.0, 0.2
# In no class of letters, figures or separators.
MISFIT = "\0"


class Target(Struct, frozen=True):
    """A regex as its rule uses it: matched with a whole block, or searched in it."""

    regex: str
    flags: int
    is_searched: bool


class Growing(Struct, frozen=True):
    """A line of any length: a head that leads to a repeat, a repeated unit, and a tail that does not match."""

    head: str
    unit: str
    tail: str

    def line(self, chars: int) -> str:
        """Return the line at a length."""
        times = (chars - len(self.head) - len(self.tail)) // len(self.unit)
        return self.head + self.unit * times + self.tail


class Worst(Struct, frozen=True):
    """The slowest line for a regex, and its seconds; no line if the regex did not return.

    `is_untried` is true if the regexes before it took the whole time limit.
    """

    seconds: float
    line: str = ""
    is_untried: bool = False

    @property
    def is_slow(self) -> bool:
        """Return true if a page could stop a run."""
        return self.seconds > MAX_SECONDS or self.is_untried


def under_attack(
    targets: Sequence[Target], patience: float = PATIENCE, total: float = TOTAL_PATIENCE
) -> Iterator[Worst]:
    """Test regexes in a child process; yield the slowest line for each, in order.

    `patience` is the limit for each in seconds, and `total` the limit for all in addition to the usual time.
    """
    usual = USUAL_SECONDS if total else 0.0
    done, left = 0, total + len(targets) * usual
    while done < len(targets) and left > 0:
        for worst, waited in _answers(targets[done:], patience):
            done += 1
            left -= waited
            yield worst
    yield from repeat(Worst(0.0, is_untried=True), len(targets) - done)


def _answers(targets: Sequence[Target], patience: float) -> Iterator[tuple[Worst, float]]:
    """Yield the answers of one child, and how long each took, until it is done, or is killed as it does not return."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(targets, there), daemon=True)
    with safe_path():
        child.start()
    there.close()
    try:
        for _ in targets:
            has_answer, waited = wait_for(here, patience)
            if not has_answer:
                yield Worst(patience), waited
                return
            try:
                worst = here.recv()
            except EOFError:  # it used all memory, and the system ended it
                worst = Worst(patience)
            yield worst, waited
    finally:
        child.kill()
        child.join()
        here.close()


def wait_for(child: Connection, patience: float) -> tuple[bool, float]:
    """Return whether an answer comes within so many seconds, and the seconds of waiting, without the time of sleep."""
    waits = round(patience / WAIT)
    for done in range(waits):
        if child.poll(WAIT):
            return True, done * WAIT
    return child.poll(0), waits * WAIT


def _answer(targets: Sequence[Target], there: Connection) -> None:
    for target in targets:
        there.send(attack(target))


def attack(target: Target) -> Worst:
    """Extend lines until one takes too long, the slowest ones to full length.  This function may not return.

    Lines of one length are timed together if they are fast, because timing each would take longer than most lines.
    """
    needed, seconds = _stopwatch(target)
    growing = list(growing_lines(parts(target.regex, target.flags)))
    is_harmless = True
    for chars in GROWTH[:-1]:
        lines = [one.line(chars) for one in growing]
        is_harmless = is_harmless and needed(lines) <= MAX_SECONDS
        if not is_harmless:
            slow = next((worst for worst in map(Worst, map(seconds, lines), lines) if worst.is_slow), None)
            if slow:
                return slow
    short: list[tuple[float, Growing]] = []
    for one in growing:
        line = one.line(GROWTH[-1])
        worst = Worst(seconds(line), line)
        if worst.is_slow:
            return worst
        short.append((worst.seconds, one))
    slowest = [one for _, one in nlargest(FULL_GROWN, short, key=lambda pair: pair[0])]
    full = [Worst(seconds(one.line(MAX_CHARS)), one.line(MAX_CHARS)) for one in slowest]
    return max(full, key=lambda worst: worst.seconds)


def growing_lines(run: Run) -> Iterator[Growing]:
    """Yield lines that lead a matcher into the repeats of a regex and then fail, at once or after a matching end."""
    tails = (MISFIT, sample(run) + MISFIT)
    heads = islice(dict.fromkeys(("", *_heads(run, ""))), MAX_HEADS)
    return (Growing(*line) for line in product(heads, islice(dict.fromkeys(_units(run)), MAX_UNITS), tails))


def _heads(run: Run, before: str) -> Iterator[str]:
    """Yield texts that lead up to each repeat."""
    for part in run:
        if part.high > 1:
            yield before
        for choice in part.choices:
            yield from _heads(choice, before)
        before += part.low * sample_of(part)


def _units(run: Run) -> Iterator[str]:
    """Yield the texts to repeat: one turn of each repeat, letters and separators, and pairs of them."""
    yield from _turns(run)
    chars = sorted({"a", " ", *_chars(run)})
    yield from chars
    yield from map("".join, permutations(chars, 2))


def _turns(run: Run) -> Iterator[str]:
    """Yield texts of one turn of each repeat, for each of its choices."""
    for part in run:
        if part.high > 1 and part.choices:
            yield from filter(None, (sample_of(part, choice) for choice in range(MAX_CHOICES)))
        for choice in part.choices:
            yield from _turns(choice)


def _chars(run: Run) -> Iterator[str]:
    """Yield the separators of each small class, and a letter of each large class."""
    for part in run:
        if len(part.chars) > FEW_CHARS:
            yield sample_of(part)
        else:
            yield from (char for char in part.chars if not char.isalnum())
        for choice in part.choices:
            yield from _chars(choice)


def _stopwatch(target: Target) -> tuple[Callable[[Sequence[str]], float], Callable[[str], float]]:
    """Return two functions for the seconds of a regex: for several lines together, and for one line.

    If a line takes long, the best of three is used, corrected for the present slowness of the machine.
    """
    pattern = re.compile(target.regex, target.flags)

    def needed(lines: Sequence[str]) -> float:
        start = time.process_time()
        if target.is_searched:
            deque(chain.from_iterable(map(pattern.finditer, lines)), maxlen=0)
        else:
            deque(map(pattern.fullmatch, lines), maxlen=0)
        return time.process_time() - start

    def best(line: str) -> float:
        lines = (line,)
        first = needed(lines)
        if first <= MAX_SECONDS:
            return first
        return min(first, needed(lines), needed(lines)) / _slowdown()

    return needed, best


def _slowdown() -> float:
    """Return the present slowness of the machine as a multiple of the usual time; at least 1."""
    start = time.process_time()
    PACE_REGEX.fullmatch(PACE_LINE)
    return max(1.0, (time.process_time() - start) / PACE_SECONDS)
