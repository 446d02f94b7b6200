"""Labels for the lines of a page: which are in the hand-made truth, by the best increasing alignment of both."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec import Struct

# Words of a run that is looked up; a line of fewer must be a line of the truth.
RUN = 4
# Share of a line's runs that must stand in the truth, and below which it is surely not in it.
IN_TRUTH, NOT_IN_TRUTH = 0.8, 0.15
# Places of one run in the truth, and lines looked back at in the chain: a page of 5,000 equal lines is no story.
MAX_PLACES, MAX_BACK = 30, 300

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|\w+")


class Labels(Struct, frozen=True):
    """For each line whether it is story, and whether that is known; the share of the truth's words that were found."""

    story: list[bool]
    known: list[bool]
    found: float


class Candidate(Struct, frozen=True):
    """A line that may stand at this word of the truth, with its number of words."""

    line: int
    at: int
    words: int


def words_of(text: str) -> list[str]:
    """Return the words of a text, in lower case; of CJK each sign."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def align(lines: Sequence[str], truth: str) -> Labels:
    """Label lines by a truth text: the heaviest chain of lines that stand in it in order, and what fills its gaps."""
    wanted: list[str] = []
    starts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for words in filter(None, map(words_of, truth.split("\n"))):
        starts[tuple(words)].append(len(wanted))
        wanted += words
    own = [words_of(line) for line in lines]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(wanted) - RUN + 1):
        places[tuple(wanted[at : at + RUN])].append(at)
    shares, candidates = [0.0] * len(own), []
    for line, words in enumerate(own):
        shares[line], found = _found(line, words, places, starts)
        candidates += found
    chain = _heaviest(candidates)
    covered = bytearray(len(wanted) + 1)
    at_of: dict[int, int] = {}
    for one in chain:
        _keep(one, at_of, covered)
    for one in candidates:  # out of order: a summary that the page has at its end
        if one.line not in at_of and one.words >= 8 and sum(covered[one.at : one.at + one.words]) < 0.5 * one.words:
            _keep(one, at_of, covered)
    for line, words in enumerate(own):
        if line not in at_of and 0 < len(words) <= 12:
            _fill(line, own, wanted, at_of, covered)
    known = [
        bool(words) and (line in at_of or len(words) < 8 or not NOT_IN_TRUTH <= shares[line] < IN_TRUTH)
        for line, words in enumerate(own)
    ]
    return Labels([line in at_of for line in range(len(own))], known, sum(covered) / max(1, len(wanted)))


def _found(
    line: int, words: list[str], places: dict[tuple[str, ...], list[int]], starts: dict[tuple[str, ...], list[int]]
) -> tuple[float, list[Candidate]]:
    """Return the share of a line that stands in the truth, and where it may stand."""
    if len(words) < RUN:
        found = starts.get(tuple(words), [])[:6] if words else []
        return float(bool(found)), [Candidate(line, at, len(words)) for at in found]
    runs = [tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]
    share = sum(run in places for run in runs) / len(runs)
    if share < (1 if len(words) < 8 else IN_TRUTH):
        return min(share, 0.5), []
    offsets = Counter(
        place - at for at, run in enumerate(runs) for place in places.get(run, [])[:MAX_PLACES] if place >= at
    )
    best = offsets.most_common(5)
    return share, [Candidate(line, at, len(words)) for at, count in best if 2 * count >= best[0][1]]


def _heaviest(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the chain of candidates in the order of both texts that has the most words."""
    weights, back = [one.words for one in candidates], [-1] * len(candidates)
    for place, one in enumerate(candidates):
        for earlier in range(max(0, place - MAX_BACK), place):
            other = candidates[earlier]
            fits = other.line < one.line and other.at + other.words <= one.at + 3
            if fits and weights[earlier] + one.words > weights[place]:
                weights[place], back[place] = weights[earlier] + one.words, earlier
    place = max(range(len(candidates)), key=weights.__getitem__) if candidates else -1
    chain = []
    while place >= 0:
        chain.append(candidates[place])
        place = back[place]
    return chain


def _keep(one: Candidate, at_of: dict[int, int], covered: bytearray) -> None:
    at_of[one.line] = one.at
    for at in range(one.at, min(len(covered) - 1, one.at + one.words)):
        covered[at] = 1


def _fill(line: int, own: list[list[str]], wanted: list[str], at_of: dict[int, int], covered: bytearray) -> None:
    """Keep a short line that fills the gap between the truth of a neighbour and what comes next."""
    words = own[line]
    for step in (-1, 1, -2, 2):
        neighbour = line + step
        if neighbour in at_of:
            at = at_of[neighbour] + (len(own[neighbour]) if step < 0 else -len(words))
            fits = at >= 0 and wanted[at : at + len(words)] == words and not any(covered[at : at + len(words)])
            if fits:
                _keep(Candidate(line, at, len(words)), at_of, covered)
                return


def of_segments(lines: Sequence[str], withs: Sequence[str], withouts: Sequence[str]) -> Labels:
    """Label lines by pieces of text that must be in the story and pieces that must not; others are not known."""
    flat = [" ".join(line.split()) for line in lines]
    story, known = [False] * len(flat), [False] * len(flat)
    for pieces, is_story in ((withs, True), (withouts, False)):
        for piece in pieces:
            wanted = " ".join(piece.split())
            hits = [place for place, line in enumerate(flat) if wanted in line]
            if len(hits) > (1 if is_story else 4):
                continue  # which of the copies is meant is not known
            for place in hits:
                story[place], known[place] = is_story, True
    return Labels(story, known, 1.0)
