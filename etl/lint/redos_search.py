"""Look for a line that a regex is slow on: lines grown from its own repeats, classes and separators.

A child process tries them: a regex that is slow enough never comes back, and is killed when its time is up.
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
# A match that is slow in a known way, and the seconds it needs on an idle core of the machine that the bounds are of.
# A busy machine may need several times as long, and all other matches with it.
PACE_REGEX, PACE_LINE, PACE_SECONDS = re.compile(".{0,300}(?:[^.]{0,300}[ /])?y"), " a" * 500, 0.0025
# Characters.  In small steps: a regex that tries 4 times as many ways with each character is caught in a second.
GROWTH = (8, 12, 16, 20, 24, 32, 44, 60, 84, 120, 200)
# Lines.  Those that took longest at the last step are grown to the full length.
FULL_GROWN = 6
# Bounds of the search: what leads to a repeat, what is repeated, and in how many wordings.
MAX_HEADS, MAX_UNITS, MAX_CHOICES = 6, 48, 6
# Characters.  Of a smaller class each separator is tried; of a larger one a letter stands for all.
FEW_CHARS = 8
# Seconds for one regex; 0.02 is usual.  The first also waits for the child to start.
PATIENCE = 20.0
# Seconds of one wait.  A machine that sleeps, or that is stopped, lets a single wait end late, whatever its length.
WAIT = 0.25
# Seconds for all regexes, beside what is usual for each: five that do not come back.
TOTAL_PATIENCE, USUAL_SECONDS = 100.0, 0.2
# In no class of letters, figures or separators.
MISFIT = "\0"


class Target(Struct, frozen=True):
    """A regex as its rule uses it: fitted to a whole block, or searched in it."""

    regex: str
    flags: int
    is_searched: bool


class Growing(Struct, frozen=True):
    """A line of any length: a head that leads to a repeat, a unit over and over, a tail that does not fit."""

    head: str
    unit: str
    tail: str

    def line(self, chars: int) -> str:
        """Return the line at a length."""
        times = (chars - len(self.head) - len(self.tail)) // len(self.unit)
        return self.head + self.unit * times + self.tail


class Worst(Struct, frozen=True):
    """The slowest line that was found for a regex, and its seconds; no line if the regex never came back.

    `is_untried` is true if the regexes before it took all the time that there is.
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
    """Attack regexes in a child process; yield the worst line for each, in order.

    `patience` is in seconds for each, `total` for all beside what is usual.
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
            except EOFError:  # it took all memory, and the system ended it
                worst = Worst(patience)
            yield worst, waited
    finally:
        child.kill()
        child.join()
        here.close()


def wait_for(child: Connection, patience: float) -> tuple[bool, float]:
    """Return whether an answer comes within so many seconds, and the seconds waited; those asleep do not count."""
    waits = round(patience / WAIT)
    for done in range(waits):
        if child.poll(WAIT):
            return True, done * WAIT
    return child.poll(0), waits * WAIT


def _answer(targets: Sequence[Target], there: Connection) -> None:
    for target in targets:
        there.send(attack(target))


def attack(target: Target) -> Worst:
    """Let lines grow until one takes too long; the slowest ones to full length.  May not come back.

    Lines of a length that are harmless together need no clock each, which would take longer than most of them do.
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
    """Yield lines that lead a matcher into the repeats of a regex and then fail it, at once or behind a fitting end."""
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
    """Of each small class the separators, of each large one a letter."""
    for part in run:
        if len(part.chars) > FEW_CHARS:
            yield sample_of(part)
        else:
            yield from (char for char in part.chars if not char.isalnum())
        for choice in part.choices:
            yield from _chars(choice)


def _stopwatch(target: Target) -> tuple[Callable[[Sequence[str]], float], Callable[[str], float]]:
    """Return two functions: of the seconds that a regex needs for lines together, and of those for one line.

    If one line took long, the best of three counts, less what the machine is slower now than usual.
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
    """Return how many times as long as usual the machine takes at the moment; at least 1."""
    start = time.process_time()
    PACE_REGEX.fullmatch(PACE_LINE)
    return max(1.0, (time.process_time() - start) / PACE_SECONDS)
