"""Train the model of context on labelled dumps, and measure it on publishers that it has not seen.

python benchmarks/context.py EVAL_FOLDER           what it reaches on unseen publishers: five folds, dealt three times
python benchmarks/context.py EVAL_FOLDER --write   the same, then train on all of it and write rules/context.toml

EVAL_FOLDER holds textdump_article.jsonl.gz, textdump_body.jsonl.gz and textdump_article_wcxb.jsonl.gz: rows of
{domain, lang, set, blocks: [{text, keep, ignore?}]}.  Needs scikit-learn, which the project itself does not.
The probabilities at which it names a block are chosen on the predictions for unseen publishers, under LIMITS.
"""

import sys
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any

import numpy as np
from dumps import Dump, dumps, figures, row
from msgspec import Struct, structs
from sklearn.ensemble import HistGradientBoostingClassifier

from etl.document import judge, parse
from etl.model import Raw
from etl.packs import Selection, compile_rules, known_publishers
from etl.rules import ArticleView
from etl.rules.context import MIN_BLOCKS, MIN_SENTENCES, THOUSANDTHS, Feature, Model, weigh
from etl.rules.features import features
from etl.rules.matching.patterns import MAX_FURNITURE_CHARS

TARGET = Path(__file__).parent.parent / "rules" / "context.toml"
# Weight of a block by its dump: article dumps are what copydesk meets most, guides and recipes are there to be spared.
DUMPS = {"article": 1.5, "body": 2.0, "wcxb": 0.7}
# Blocks.  Above that, a page of twice as many weighs less than twice as much: templates are few, their blocks many.
PAGE_BLOCKS = 30
FOLDS, DEALS = 5, 3
STUMPS, RATE, BINS = 150, 0.2, 32
# Share of content words that may be lost on unseen publishers, by profile and group.
LIMITS = {
    "likely": {
        "article en news": 0.022,
        "body en news": 0.0235,
        "article en": 0.025,
        "body en": 0.025,
        "wcxb en": 0.013,
    },
    "guess": {"article en": 0.04, "body en": 0.04, "wcxb en": 0.03},
}
PROBABILITIES = [round(0.4 + 0.01 * step, 2) for step in range(56)]

# Which way a feature may speak for furniture, and what it says.  One way only, or a page's template is learnt by heart.
UP, DOWN, EITHER = 1, -1, 0
FEATURES = {
    "words": (DOWN, "words of the block"),
    "words-unended": (EITHER, "its words if it does not end as a sentence does, else -1"),
    "ends-colon": (EITHER, "1 if it ends with a colon"),
    "commas": (DOWN, "commas in it"),
    "bars": (UP, "bars and slashes in it"),
    "capitals": (UP, "share of its first 12 words that begin with a capital"),
    "glued": (UP, "1 if two words run into one another near its start, as in 'StandWarren'"),
    "promotion": (UP, "among its first 24 words, those that ask, sell or give notice"),
    "repeats": (UP, "how often its label stands elsewhere in the document"),
    "words-below": (DOWN, "words of the block below, -1 if there is none"),
    "capitals-below": (EITHER, "share of capitals in the block below, -1 if there is none"),
    "capitals-within-3": (UP, "share of capitals in the blocks within 3"),
    "capitals-within-8": (UP, "the same within 8"),
    "run-of-short": (UP, "length of the run of blocks without sentences that it stands in; 0 for a sentence"),
    "run-of-sentences": (DOWN, "length of the run of sentences that it stands in; 0 if it is none"),
    "prose-before": (EITHER, "share of the document's words of sentences that stand above it"),
    "words-to-median": (DOWN, "its words, as a multiple of those of the document's median sentence"),
    "named-within-3": (UP, "share of the places within 3 that rules have named, a label that repeats counted once"),
    "named-within-8": (UP, "the same within 8"),
    "named-within-20": (UP, "the same within 20"),
    "named-below": (EITHER, "1 if rules have named the block right below, -1 if there is none"),
    "named-away-above": (DOWN, "how many blocks further up rules have named one, at most 99"),
    "named-away-below": (DOWN, "how many blocks further down rules have named one, at most 99"),
    "marks-above": (
        UP,
        "marks of comments above it and below the first sentence, at most 10: 'joe says:'",
    ),
    "marks-away": (DOWN, "how many blocks further up the nearest mark stands, 99 if there are not two"),
    "story-within-3": (DOWN, "share of longer words of the blocks within 3 that others of the story have"),
    "story-within-8": (DOWN, "the same within 8"),
    "story-if-unended": (EITHER, "its own share of such words if it does not end as a sentence does, else 2"),
    "story-if-outside": (EITHER, "its own share of such words if it stands apart from most sentences, else 2"),
}
# Not learnt: what ends as a sentence does and stands within the story stays.  It costs 0.01 of the noise and spares the
# short last sentences between pictures, which are frequent in roundups and rare in the dumps ("NATO has denied the
# allegations.").  Nor is a block furniture that is too long for the rules: some pages hold a story in one block of
# 1,655 words, for a reader aloud.
SPARED = {
    "characters": Feature(
        f"characters of the block; none of more than {MAX_FURNITURE_CHARS} is furniture, as for the rules; not learnt",
        ((MAX_FURNITURE_CHARS, -10 * THOUSANDTHS),),
    ),
    "sentence-in-story": Feature(
        "1 if it ends as a sentence does and stands within the stretch with most words of sentences; not learnt",
        ((0.5, -10 * THOUSANDTHS),),
    ),
}


class Page(Struct):
    """An article of a dump, judged by the rules; `first` is the place of its first block in the dump."""

    dump: Dump
    first: int
    view: ArticleView
    unnamed: list[int]


def family(domain: str) -> str:
    """The publisher's group, or the publisher, or the domain: what stays in one fold."""
    publisher = known_publishers().get(domain)
    return (publisher.group or publisher.id) if publisher else domain


class Table(Struct):
    """Features, verdicts and weights of the blocks of a page that are scored and that no rule has named."""

    rows: Any
    verdicts: Any
    weights: Any


def pages(folder: Path) -> Iterator[Page]:
    rules = compile_rules(Selection(ignore=("context/*",)))
    for dump in dumps(folder):
        (judged,) = judge([parse(Raw(dump.domain, dump.text, ""), rules)], rules)
        for article, removals in zip(judged.articles, judged.removals, strict=True):
            first = article.start
            named = [(one.block - first, [one.rule]) for one in removals if one.action != "tag"]
            view = ArticleView(article, judged.document).with_named(named)
            unnamed = [at for at in range(len(view)) if at not in view.named and at not in view.frame]
            yield Page(dump, first, view, unnamed)


def table(page: Page) -> Table:
    scored = [at for at in page.unnamed if page.dump.scored[page.first + at]]
    if not scored:
        return Table(np.zeros((0, len(FEATURES))), np.zeros(0, bool), np.zeros(0))
    columns = features(page.view, page.unnamed)
    rows = np.column_stack([columns[name] for name in FEATURES])[np.isin(page.unnamed, scored)]
    words = np.array([page.dump.words[page.first + at] for at in scored])
    weights = DUMPS[page.dump.name] * (1 + np.sqrt(words) / 4) * min(1.0, PAGE_BLOCKS / len(scored)) ** 0.5
    return Table(rows, np.array([not page.dump.keeps[page.first + at] for at in scored]), weights)


def train(some: Sequence[Table]) -> Model:
    """Boost stumps.  What they add up to, feature by feature, is read off by moving one feature at a time."""
    rows = np.concatenate([one.rows for one in some])
    boosted = HistGradientBoostingClassifier(
        max_iter=STUMPS, learning_rate=RATE, max_leaf_nodes=2, max_bins=BINS, min_samples_leaf=60, l2_regularization=5,
        monotonic_cst=[way for way, _ in FEATURES.values()], early_stopping=False, random_state=0,
    )  # fmt: skip
    boosted.fit(
        rows,
        np.concatenate([one.verdicts for one in some]),
        sample_weight=np.concatenate([one.weights for one in some]),
    )
    low = rows.min(axis=0)
    found: dict[str, Feature] = {}
    for column, (name, (_, says)) in enumerate(FEATURES.items()):
        steps = tuple(_steps(boosted.decision_function, low, column, np.unique(rows[:, column])))
        found |= {name: Feature(says, steps)} if steps else {}
    bias = round(THOUSANDTHS * float(boosted.decision_function(low[None])[0]))
    return Model("0.2.0", bias, 1.0, 1.0, found | SPARED)


def _steps(odds: Callable[[Any], Any], low: Any, column: int, values: Any) -> Iterator[tuple[float, int]]:
    moved = np.repeat(low[None], len(values), axis=0)
    moved[:, column] = values
    heights = np.rint(THOUSANDTHS * odds(moved)).astype(int)
    for at in np.flatnonzero(np.diff(heights)):
        yield _between(values[at], values[at + 1]), int(heights[at + 1] - heights[at])


def _between(low: float, high: float) -> float:
    """The number with the fewest decimals that is not below `low` and is below `high`."""
    middle = (low + high) / 2
    return next((short for digits in range(6) if low <= (short := round(float(middle), digits)) < high), float(low))


def unseen(known: Sequence[Page], tables: Sequence[Table], deal: int) -> list[Any]:
    """For each page the probabilities of its unnamed blocks, by a model that has not seen its publisher."""
    models = fold_models(known, tables, deal)
    return [probabilities(page, models[_fold(family(page.dump.domain), deal)]) for page in known]


def fold_models(known: Sequence[Page], tables: Sequence[Table], deal: int) -> list[Model]:
    """For each fold the model that was trained on the others."""
    folds = [_fold(family(page.dump.domain), deal) for page in known]
    return [train([one for one, own in zip(tables, folds, strict=True) if own != fold]) for fold in range(FOLDS)]


def unseen_models(folder: Path) -> Callable[[str], Model]:
    """For a domain, the model that has not seen its publisher, with the probabilities of the shipped one."""
    known = list(pages(folder))
    models = fold_models(known, [table(page) for page in known], 0)
    shipped = tomllib.loads(TARGET.read_text(encoding="utf-8"))
    bars = {"likely": shipped["likely"], "guess": shipped["guess"]}
    return lambda domain: structs.replace(models[_fold(family(domain), 0)], **bars)


def probabilities(page: Page, model: Model) -> Any:
    if len(page.view) < MIN_BLOCKS or len(page.view.sentences) < MIN_SENTENCES:
        return np.zeros(len(page.unnamed))
    odds = model.bias + weigh(page.view, model, page.unnamed).sum(axis=0)
    return 1 / (1 + np.exp(-odds / THOUSANDTHS))


def _fold(family: str, deal: int) -> int:
    return int(md5(f"{deal} {family}".encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def judged(known: Sequence[Page], suspicion: Sequence[Any], least: float) -> Iterator[tuple[Dump, range, set[int]]]:
    """What rules, and a model that has given these probabilities, take out of each page."""
    for page, chances in zip(known, suspicion, strict=True):
        left = {at for at, chance in zip(page.unnamed, chances, strict=True) if chance < least}
        places = range(page.first, page.first + len(page.view))
        yield page.dump, places, {at for at in places if at - page.first not in left}


def chosen(known: Sequence[Page], deals: Sequence[Sequence[Any]], limits: Mapping[str, float]) -> float:
    """The least probability at which, on average over the deals, no group loses more than it may."""

    def is_safe(least: float) -> bool:
        dealt = [figures(judged(known, suspicion, least)) for suspicion in deals]
        return all(np.mean([one[group].lost for one in dealt]) <= limit for group, limit in limits.items())

    return PROBABILITIES[bisect_left(PROBABILITIES, True, key=is_safe)]


def toml(model: Model) -> str:
    lines = [
        "# Furniture that has no label, told by its company: an additive model, written by benchmarks/context.py.",
        "# log-odds of furniture, in thousandths = bias + for each feature the weights of the steps that it is above.",
        "",
        f'version = "{model.version}"',
        f"bias = {model.bias}",
        f"likely = {model.likely}",
        f"guess = {model.guess}",
    ]
    for name, feature in model.feature.items():
        steps = ", ".join(f"[{step}, {weight}]" for step, weight in feature.steps)
        lines += ["", f"[feature.{name}]", f'says = "{feature.says}"', f"steps = [{steps}]"]
    return "\n".join(lines) + "\n"


def show(known: Sequence[Page], deals: Sequence[Sequence[Any]], model: Model) -> None:
    """Print mean and spread (least to most) over the deals, for rules alone and for the probabilities chosen."""
    print(row("", "", ["F blocks", "F words", "noise out", "lost"]))
    for name, least in (("rules alone", 2.0), ("likely", model.likely), ("guess", model.guess)):
        dealt = [figures(judged(known, suspicion, least)) for suspicion in deals]
        for group in dealt[0]:
            columns = zip(*(structs.astuple(by_group[group]) for by_group in dealt), strict=True)
            print(row(f"{name} {least}", group, [f"{np.mean(one):.3f} ±{np.ptp(one) / 2:.3f}" for one in columns]))


def main(words: list[str]) -> None:
    known = list(pages(Path(words[0])))
    tables = [table(page) for page in known]
    deals = [unseen(known, tables, deal) for deal in range(DEALS)]
    bars = {name: chosen(known, deals, limits) for name, limits in LIMITS.items()}
    model = structs.replace(train(tables), **bars)
    show(known, deals, model)
    if "--write" in words:
        TARGET.write_text(toml(model), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
