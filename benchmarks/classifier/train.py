"""Train the classifier on labelled dumps, and measure it on publishers that it has not seen.

python benchmarks/classifier/train.py EVAL_FOLDER           what it reaches on unseen publishers, in five folds
python benchmarks/classifier/train.py EVAL_FOLDER --write   the same, then train on all of it: rules/classifier.json

EVAL_FOLDER (in our checkouts ../shared/eval) holds textdump_article.jsonl.gz, textdump_body.jsonl.gz and
textdump_article_wcxb.jsonl.gz: rows of {domain, publisher, lang, set, blocks: [{text, keep, ignore?}]}.  Needs lightgbm
and scikit-learn, which the project itself does not.  Takes five minutes of one core; the same folder gives the same
file.  Lexicon and forest are learnt without the publisher that they are measured on.  The probability from which on a
block goes is chosen twice: for all publishers, which is what ships, and for each fold on the others.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import msgspec
import numpy as np
from msgspec import Struct, structs
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

sys.path += [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
from dumps import Counts, Dump, counted, f1, figures_of, row
from forests import forest_of
from pages import FOLDS, MAX_ROWS, VISIBLE, Labelled, fold_of, labelled, made

from etl.rules.classifier.features import rows_of
from etl.rules.classifier.lexicon import BITS, pack, terms
from etl.rules.classifier.model import Classifier, may_be_taken, score_rows
from etl.rules.classifier.sentences import sentences_of_story
from etl.rules.classifier.text import read_text, tokenize
from etl.trees import THOUSANDTHS

TARGET = Path(__file__).parent.parent.parent / "rules" / "classifier.json"
VERSION = "0.3.0"
# Of the lexicon: strength of its regularisation, passes, and the share of its weights that one byte holds unclipped.
ALPHA, EPOCHS, UNCLIPPED = 1e-5, 12, 0.9995
# Weight of our own sentences in the lexicon; stories told again say nothing new.
OWN_IN_LEXICON = 0.3
TREES = 150
# Features that may speak for furniture in one way only, or a page's template is learnt by heart.
MONOTONE = {"lexicon": 1, "label": 1, "marks_above": 1, "marks_away": -1, "known": -1, "known_count": -1}
PARAMETERS = {
    "objective": "binary", "num_leaves": 15, "max_depth": 7, "learning_rate": 0.1, "min_data_in_leaf": 60,
    "lambda_l2": 5, "feature_fraction": 0.4, "bagging_fraction": 0.8, "bagging_freq": 1, "path_smooth": 10,
    "max_bin": 63, "seed": 1, "deterministic": True, "force_col_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
# Share of content words that may be lost on unseen publishers, by profile and group; strict is shown, not shipped.
LIMITS = {
    "likely": {"article en news": 0.015, "body en news": 0.024, "wcxb en": 0.008,
               "article other news": 0.02, "body other news": 0.02},
    "guess": {"article en news": 0.03, "body en news": 0.04, "wcxb en": 0.03},
    "strict": {"article en news": 0.01, "body en news": 0.01, "wcxb en": 0.008,
               "article other news": 0.01, "body other news": 0.01},
}  # fmt: skip
PROBABILITIES = [round(0.3 + 0.01 * step, 2) for step in range(66)]
# What a lost block or word counts beside one that is left, where a probability is chosen.  With 5 that would be 0.71:
# other languages fall .04 of F1 behind English; with 1 it depends on three pages with lists of facts.
LOSS = 2


class Learnt(Struct, frozen=True, eq=False):
    """Pages, the terms of their blocks, and where each page begins among these."""

    pages: list[Labelled]
    terms: Any
    starts: Any


def learnt(pages: Sequence[Labelled]) -> Learnt:
    text = read_text([text for page in pages for text in page.texts])
    buckets, blocks = terms(text, tokenize(text))
    counts = np.maximum(np.bincount(blocks, minlength=len(text.starts)), 1)
    matrix = csr_matrix((1 / np.sqrt(counts)[blocks], (blocks, buckets)), shape=(len(counts), 1 << BITS))
    matrix.sum_duplicates()
    return Learnt(list(pages), matrix, np.cumsum([0] + [len(page.texts) for page in pages]))


def fit_lexicon(known: Learnt, chosen: Sequence[bool]) -> Any:
    """Return the weights of terms, one signed byte each, learnt from some pages."""
    some = [at for at, page in enumerate(known.pages) if page.name != "made" and chosen[at]]
    rows = np.concatenate([np.arange(known.starts[at], known.starts[at + 1]) for at in some])
    share = [OWN_IN_LEXICON if known.pages[at].name == "own" else 1.0 for at in some]
    weights = np.concatenate([known.pages[at].weights() * part for at, part in zip(some, share, strict=True)])
    labels = np.concatenate([~known.pages[at].keeps for at in some])
    model = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, random_state=0, average=True, fit_intercept=False
    ).fit(known.terms[rows], labels, sample_weight=weights / weights.mean())
    found = model.coef_[0]
    scale = 127 / np.quantile(np.abs(found[found != 0]), UNCLIPPED)
    return np.clip(np.rint(found * scale), -127, 127).astype(np.int8)


class Table(Struct, frozen=True, eq=False):
    """Features of the rows of a page that are learnt from, with labels and weights."""

    fold: int
    features: Any
    labels: Any
    weights: Any


def table(page: Labelled, lexicon: Any, names: Sequence[str]) -> Table:
    """Return at most MAX_ROWS rows of a page, spread evenly; the others' weight goes to them."""
    seen = page.page(VISIBLE if page.name != "own" else 0)
    rows = rows_of([seen], lexicon)
    scored = np.flatnonzero(page.scored[rows.places])
    picked = scored[np.linspace(0, len(scored) - 1, min(MAX_ROWS, len(scored))).astype(int)] if len(scored) else scored
    places = rows.places[picked]
    weights = page.weights()[places] * (len(scored) / max(1, len(picked)))
    return Table(page.fold, rows.matrix(names)[picked].astype(np.float32), ~page.keeps[places], weights)


def fit_forest(tables: Iterable[Table], names: Sequence[str]) -> Any:
    some = list(tables)
    weights = np.concatenate([one.weights for one in some])
    data = lightgbm.Dataset(
        np.concatenate([one.features for one in some]),
        np.concatenate([one.labels for one in some]),
        weight=weights / weights.mean(),
    )
    ways = [MONOTONE.get(re.split("[+-]", name)[0], 0) for name in names]
    return forest_of(lightgbm.train({**PARAMETERS, "monotone_constraints": ways}, data, TREES).dump_model(), names)


def models(folder: Path, with_shipped: bool) -> tuple[list[Labelled], list[Classifier]]:
    """Return the pages of the dumps, and for each fold the classifier that has not seen it; last the one of all."""
    real = list(labelled(folder))
    known = learnt([*real, *made(real)])
    names = list(rows_of([real[0].page(0)], np.zeros(1 << BITS, np.int8)).columns)
    print(f"{len(real)} pages, {len(known.pages) - len(real)} made", flush=True)
    lexicons = [fit_lexicon(known, [page.fold != fold for page in known.pages]) for fold in range(FOLDS)]
    # Each page is described by a lexicon that has not seen it; our own by one that has seen none of them.
    foreign = fit_lexicon(known, [page.name != "own" for page in known.pages])
    tables = [table(page, foreign if page.fold < 0 else lexicons[page.fold], names) for page in known.pages]
    print(f"{sum(len(one.labels) for one in tables)} rows, {len(names)} features", flush=True)
    found = [
        Classifier(
            VERSION, 0.5, 0.5, pack(lexicons[fold]), fit_forest((one for one in tables if one.fold != fold), names)
        )
        for fold in range(FOLDS)
    ]
    if with_shipped:
        lexicon = fit_lexicon(known, [True] * len(known.pages))
        found.append(Classifier(VERSION, 0.5, 0.5, pack(lexicon), fit_forest(tables, names)))
    return real, found


def unseen_models(folder: Path) -> Callable[[Dump], Classifier]:
    """Return for a dump the classifier that has not seen its publisher, with the probabilities of the shipped one."""
    _, found = models(folder, False)
    shipped = msgspec.json.decode(TARGET.read_bytes(), type=Classifier)
    unseen = [structs.replace(one, likely=shipped.likely, guess=shipped.guess) for one in found]
    return lambda dump: unseen[fold_of(dump.publisher)]


def suspicion(pages: Sequence[Labelled], found: Sequence[Classifier], visible: int) -> list[Any]:
    """Return for each page the probabilities of its blocks, by the classifier that has not seen it.

    It is 1 if a rule names the block, 0 if it is a protected sentence.
    """
    chances = []
    for page in pages:
        seen = page.page(visible)
        chance = np.ones(len(page.texts))
        if not all(seen.named):
            rows, odds = score_rows([seen], found[page.fold])
            may_go = may_be_taken(rows, [seen]) & ~sentences_of_story(rows.columns, odds, rows.edges)
            by_rule = np.array(page.visible(visible))[rows.places]
            chance[rows.places] = np.where(by_rule, 1.0, np.where(may_go, 1 / (1 + np.exp(-odds / THOUSANDTHS)), 0.0))
        chances.append(chance)
    return chances


class Step(Struct, frozen=True):
    """What is out from some probability on: the counts by group, for each fold."""

    least: float
    folds: list[dict[str, Counts]]

    def counts(self, without: int | None = None) -> dict[str, Counts]:
        """Return the counts by group, those of one fold left out if asked for."""
        sums: dict[str, Counts] = {}
        for fold, of_group in enumerate(self.folds):
            for group, counts in of_group.items():
                sums.setdefault(group, Counter()).update(counts if fold != without else {})
        return sums


def steps(pages: Sequence[Labelled], chances: Sequence[Any]) -> dict[float, Step]:
    """Return what is out from each probability on; from 1 on, what rules name."""
    of_fold = [[one for one in zip(pages, chances, strict=True) if one[0].fold == fold] for fold in range(FOLDS)]
    return {least: Step(least, [counted(judged(some, least)) for some in of_fold]) for least in (*PROBABILITIES, 1.0)}


def judged(pages: Iterable[tuple[Labelled, Any]], least: float) -> Iterator[tuple[Dump, range, set[int]]]:
    for page, chance in pages:
        if page.dump:
            yield page.dump, range(len(page.texts)), set(np.flatnonzero(chance >= least).tolist())


def allowed(found: dict[float, Step], limits: Mapping[str, float], without: int | None = None) -> list[float]:
    """Return the probabilities at which no group loses more than it may, ascending; the greatest if there is none."""
    lost = {least: found[least].counts(without) for least in PROBABILITIES}
    return [
        least
        for least, counts in lost.items()
        if all(figures_of(counts[group]).lost <= limit for group, limit in limits.items())
    ] or PROBABILITIES[-1:]


def best(told: Sequence[dict[float, Step]], limits: Mapping[str, float], without: int | None = None) -> float:
    """Return the allowed probability with the best mean F1 of these groups, with few rules and with all of them."""

    def worth(least: float) -> float:
        counts = [found[least].counts(without)[group] for found in told for group in limits]
        return sum(f1(one, of, LOSS) for one in counts for of in ("blocks", "words"))

    return max(set.intersection(*(set(allowed(found, limits, without)) for found in told)), key=worth)


def show(name: str, counts: Mapping[str, Counts]) -> None:
    for group, found in sorted(counts.items()):
        print(row(name, group, [f"{value:.4f}" for value in structs.astuple(figures_of(found))]), flush=True)


def main(words: list[str]) -> None:
    pages, found = models(Path(words[0]), "--write" in words)
    told = {visible: steps(pages, suspicion(pages, found, visible)) for visible in (VISIBLE, 100)}
    likely = best(list(told.values()), LIMITS["likely"])
    of_fold = [best(list(told.values()), LIMITS["likely"], without) for without in range(FOLDS)]
    guess, strict = (allowed(told[100], LIMITS[name])[0] for name in ("guess", "strict"))
    for visible, at in told.items():
        print(f"of a hundred rules {visible} are visible")
        print(row("", "", ["F blocks", "F words", "noise out", "lost"]))
        for name, least in (("rules alone", 1.0), ("likely", likely), ("guess", guess), ("strict", strict)):
            show(f"{name} {least}", at[least].counts())
        unseen = Step(0, [at[least].folds[fold] for fold, least in enumerate(of_fold)])
        show("likely out of fold", unseen.counts())
    print("likely out of fold:", *of_fold)
    if "--write" in words:
        shipped = structs.replace(found[-1], likely=likely, guess=min(guess, likely))
        TARGET.write_bytes(msgspec.json.encode(shipped) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
