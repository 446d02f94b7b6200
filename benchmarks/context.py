"""Train the model of context on labelled dumps, and measure it on publishers that it has not seen.

python benchmarks/context.py EVAL_FOLDER           five folds by domain: what it reaches on unseen publishers
python benchmarks/context.py EVAL_FOLDER --write   train on all of it and write rules/context.toml

EVAL_FOLDER holds textdump_article.jsonl.gz, textdump_body.jsonl.gz and textdump_article_wcxb.jsonl.gz: rows of
{domain, lang, set, blocks: [{text, keep, ignore?}]}.  Needs scikit-learn, which the project itself does not.
"""

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from sklearn.ensemble import GradientBoostingClassifier

from etl.edit import edit
from etl.model import Raw
from etl.packs import Selection, desk
from etl.rules import View
from etl.rules.context import Feature, Model, features, suspects

# Weight of a block by its dump: article dumps are what copydesk meets most, guides and recipes are there to be spared.
DUMPS = {"article": 1.5, "body": 1.0, "article_wcxb": 0.7}
FOLDS = 5
STUMPS, RATE = 200, 0.3
LIKELY, GUESS = 0.7, 0.55
TARGET = Path(__file__).parent.parent / "rules" / "context.toml"
SAYS = {
    "words": "words of the block (log)",
    "sentences": "ends of sentences in it, at most 6",
    "ends-sentence": "1 if it ends as a sentence does",
    "capitals": "share of its words that begin with a capital",
    "upper-case": "share of its letters that are capitals",
    "commas": "commas in it, at most 6",
    "repeats": "how often its label stands elsewhere in the document, at most 3",
    "run-of-short": "length of the run of blocks without sentences that it stands in; 0 for a sentence",
    "named-within-3": "share of the neighbours within 3 blocks that rules have named",
    "named-within-8": "the same within 8",
    "named-within-20": "the same within 20",
    "prose-within-8": "words of sentences within 8 blocks (log)",
    "prose-before": "share of the document's words of sentences that stand above it",
    "words-two-above": "words of the block two above (log), -1 if there is none",
    "words-below": "words of the block below (log), -1 if there is none",
    "capitals-below": "share of capitals in the block below, -1 if there is none",
    "share-of-sentences": "share of the document's blocks that are sentences",
    "prose-in-all": "words of sentences in the document (log)",
    "blocks-in-all": "blocks of the document (log)",
}


class Page(Struct):
    dump: str
    domain: str
    group: str
    view: View
    keeps: list[bool]
    counts: list[int]
    scored: list[bool]


def pages(folder: Path) -> Iterator[Page]:
    at_desk = desk(Selection(ignore=("context/*",)))
    for dump in DUMPS:
        with gzip.open(folder / f"textdump_{dump}.jsonl.gz", "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                blocks = [block for block in row["blocks"] if block["text"].strip()]
                text = "\n\n".join(" ".join(block["text"].split()) for block in blocks)
                edited = edit(Raw(row["domain"], text, ""), at_desk)
                for article, removals in zip(edited.articles, edited.removals, strict=True):
                    first = article.blocks[0].index
                    view = View(article, "text").knowing([(one.block - first, one.rule) for one in removals])
                    own = blocks[first : first + len(article.blocks)]
                    language = "en" if row["lang"] == "en" else "other"
                    yield Page(
                        dump, row["domain"], f"{dump} {language}", view,
                        [block["keep"] for block in own],
                        [len(block["text"].split()) for block in own],
                        [not block.get("ignore") for block in own],
                    )  # fmt: skip


def table(some: Sequence[Page]) -> tuple[Any, Any, Any]:
    """Features, verdicts and weights of the blocks that are scored and that no rule has named."""
    rows, verdicts, weights = [], [], []
    for page in some:
        columns = features(page.view)
        for at, keep in enumerate(page.keeps):
            if page.scored[at] and at not in page.view.named and at not in page.view.frame:
                rows.append([columns[name][at] for name in SAYS])
                verdicts.append(not keep)
                weights.append(DUMPS[page.dump] * (1 + page.counts[at] ** 0.5 / 4))
    return np.array(rows), np.array(verdicts), np.array(weights)


def train(some: Sequence[Page]) -> Model:
    """Boost stumps, and write them down as steps: features in rows, steps in order, equal ones added up."""
    rows, verdicts, weights = table(some)
    boosted = GradientBoostingClassifier(
        n_estimators=STUMPS, max_depth=1, learning_rate=RATE, subsample=0.7, random_state=0
    ).fit(rows, verdicts, sample_weight=weights)
    share = (weights * verdicts).sum() / weights.sum()
    bias = float(np.log(share / (1 - share)))
    steps: dict[str, dict[float, float]] = {}
    for (stump,) in boosted.estimators_:
        tree = stump.tree_
        left, right = (RATE * tree.value[child][0][0] for child in (tree.children_left[0], tree.children_right[0]))
        bias += left
        of_feature = steps.setdefault(list(SAYS)[tree.feature[0]], {})
        step = round(float(tree.threshold[0]), 3)
        of_feature[step] = of_feature.get(step, 0.0) + right - left
    found = {
        name: Feature(SAYS[name], tuple((step, round(weight, 3)) for step, weight in sorted(steps[name].items())))
        for name in SAYS
        if name in steps
    }
    return Model("0.1.0", round(bias, 3), LIKELY, GUESS, found)


def measure(some: Sequence[Page], models: dict[int, Model] | None, least: float) -> dict[str, list[float]]:
    """By dump and language: F1 of keep by blocks and by words, noise words removed, content words lost."""
    sums: dict[str, Any] = {}
    for page in some:
        gone = set(page.view.named) | page.view.frame
        if models:
            gone |= {suspect.at for suspect in suspects(page.view, models[fold_of(page.domain)], least)}
        counts = sums.setdefault(page.group, np.zeros(8))
        for at, keep in enumerate(page.keeps):
            if page.scored[at]:
                cell = 2 * (not keep) + (at in gone)
                counts[cell] += 1
                counts[4 + cell] += page.counts[at]
    return {group: _figures(counts) for group, counts in sorted(sums.items())}


def _figures(counts: Any) -> list[float]:
    kept, lost, left = counts[:3]
    kept_words, lost_words, left_words, removed_words = counts[4:]
    return [
        2 * kept / (2 * kept + lost + left),
        2 * kept_words / (2 * kept_words + lost_words + left_words),
        removed_words / (removed_words + left_words),
        lost_words / (kept_words + lost_words),
    ]


def fold_of(domain: str) -> int:
    return int(md5(domain.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def toml(model: Model) -> str:
    lines = [
        "# Furniture that has no label, told by its company: an additive model, written by benchmarks/context.py.",
        "# log-odds of furniture = bias + for each feature the weights of the steps that it is above.",
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


def main(words: list[str]) -> None:
    known = list(pages(Path(words[0])))
    if "--write" in words:
        TARGET.write_text(toml(train(known)), encoding="utf-8")
        return
    models = {fold: train([page for page in known if fold_of(page.domain) != fold]) for fold in range(FOLDS)}
    rows = {"rules alone": measure(known, None, 1.0)}
    rows |= {f"model >= {least}": measure(known, models, least) for least in (0.6, 0.7, 0.75, 0.8)}
    print(f"{'':<14}{'':<22}{'F blocks':>9}{'F words':>9}{'noise out':>10}{'lost':>8}")
    for name, by_group in rows.items():
        for group, figures in by_group.items():
            print(f"{name:<14}{group:<22}" + "{:>9.3f}{:>9.3f}{:>10.3f}{:>8.4f}".format(*figures))


if __name__ == "__main__":
    main(sys.argv[1:])
