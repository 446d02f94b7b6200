"""A boosted forest as plain data: exact scores, and contributions of features that add up to them.

Every node holds its mean, in thousandths of log-odds relative to the root of its tree.  A split changes the mean from
that of a node to that of its child.  This change is the contribution of the feature of the split.  Along a path the
changes add up to the leaf, so for every row `bias + contributions == score`, as integers (Saabas 2014, "Interpreting
random forests").  Integer sums do not depend on the order, so the same forest gives the same scores on any machine.

    forest = msgspec.json.decode(data, type=Forest)
    scores = score(forest, matrix)                  # one integer a row
    changes = contributions(forest, matrix[[7]])    # one integer for each feature of row 7

Trees have at most MAX_LEAVES leaves.  All splits are tested together: if a row exceeds a split, the leaves to its left
are excluded, and the first remaining leaf is the result (QuickScorer; Lucchese and others 2015).  Many trees have equal
splits, and each is tested once.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from etl.array_types import I64, U16

    Matrix = NDArray[np.floating]

# Thousandths in one unit of log-odds.
THOUSANDTHS = 1_000
# One bit a leaf in a mask of two bytes.
MAX_LEAVES = 16
# Splits x rows that are tested at a time: the arrays take some four bytes for each, and fit into the cache.
MAX_ASKED = 400_000
# The value of a leaf in `Tree.features`.
LEAF = -1


class Tree(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The nodes of a tree in preorder: a split is followed by its left part, then its right part.

    A split tests the feature `features[node]`: values up to `thresholds[node]` go left, greater ones right.  A leaf has
    LEAF for its feature.  `means[node]` counts thousandths of log-odds; that of the root is 0.
    """

    features: tuple[int, ...]
    thresholds: tuple[float, ...]
    means: tuple[int, ...]


class Forest(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Named features, trees over them, and the bias: the sum of the means at all roots."""

    features: tuple[str, ...]
    bias: int
    trees: tuple[Tree, ...]


def score(forest: Forest, matrix: "Matrix") -> "I64":
    """Return the log-odds of every row in thousandths.  `matrix` has one column for each feature of the forest."""
    import numpy as np  # slow to import (0.1 s); a run without pages does not need it

    if not forest.trees:
        return np.full(len(matrix), forest.bias, dtype=np.int64)
    means = _compiled(forest).means
    sums = [means[leaves].sum(axis=0, dtype=np.int64) for leaves in _leaves(forest, matrix)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *sums]) + forest.bias


def contributions(forest: Forest, matrix: "Matrix") -> "I64":
    """Return the contribution of each feature to the log-odds of each row, in thousandths: rows x features.

    `forest.bias` and the contributions of a row add up to its score.
    """
    import numpy as np

    width = len(forest.features)
    if not forest.trees:
        return np.zeros((len(matrix), width), dtype=np.int64)
    compiled = _compiled(forest)
    parts = [np.zeros((0, width), dtype=np.int64)]
    for leaves in _leaves(forest, matrix):
        rows = leaves.shape[1]
        places = compiled.path_features.take(leaves, axis=0) + np.arange(0, rows * width, width)[:, None]
        changes = compiled.path_changes.take(leaves, axis=0)
        # float64 is exact for integers below 2 ** 53
        sums = np.bincount(places.ravel(), weights=changes.ravel(), minlength=rows * width)
        parts.append(sums.astype(np.int64).reshape(rows, width))
    return np.concatenate(parts)


class _Compiled(Struct, frozen=True, eq=False):
    """The arrays of a forest.  S is the greatest number of splits in a tree.

    `features`, `thresholds`: of the different questions that splits ask.  `questions`, `struck_out`: S x trees; the
    leaves that a row cannot reach any more when it goes right.  `first_left`: the first leaf that some leave.
    `means`: of all leaves in a row, MAX_LEAVES places a tree.  `path_features`, `path_changes`: leaves x steps, the
    steps on the path to each leaf; behind the last one stand changes of 0.
    """

    features: "NDArray[np.intp]"
    thresholds: "Matrix"
    questions: "NDArray[np.intp]"
    struck_out: "U16"
    first_left: "NDArray[np.intp]"
    means: "I64"
    path_features: "I64"
    path_changes: "Matrix"


class _Split(Struct, frozen=True, gc=False):
    """A split, and the leaves to its left: from `first` up to and without `end`."""

    feature: int
    threshold: float
    first: int
    end: int


class _Leaf(Struct, frozen=True, gc=False):
    """A leaf's mean, and the features and changes of mean on the path to it."""

    mean: int
    path: tuple[tuple[int, int], ...]


def _leaves(forest: Forest, matrix: "Matrix") -> Iterator["NDArray[np.intp]"]:
    """Yield, for some rows at a time, the leaf of each tree that each row reaches: trees x rows."""
    import numpy as np

    compiled = _compiled(forest)
    offsets = np.arange(len(forest.trees))[:, None] * MAX_LEAVES
    struck_out, thresholds = compiled.struck_out[:, :, None], compiled.thresholds.astype(matrix.dtype)[:, None]
    step = max(1, MAX_ASKED // compiled.questions.size)
    for start in range(0, len(matrix), step):
        columns = np.ascontiguousarray(matrix[start : start + step].T)
        exceeds = columns.take(compiled.features, axis=0) > thresholds
        struck = np.bitwise_or.reduce(exceeds.take(compiled.questions, axis=0) * struck_out, axis=0)
        yield compiled.first_left.take(struck) + offsets


@cache
def _compiled(forest: Forest) -> _Compiled:
    import numpy as np

    read = [_read(tree) for tree in forest.trees]
    most_splits = max(1, *(len(splits) for splits, _ in read))
    most_leaves = max(len(leaves) for _, leaves in read)
    if most_leaves > MAX_LEAVES:
        raise ValueError(f"a tree of {most_leaves} leaves; at most {MAX_LEAVES}")
    asked: dict[tuple[int, float], int] = {(0, np.inf): 0}
    questions = np.zeros((most_splits, len(read)), dtype=np.intp)
    struck_out = np.zeros((most_splits, len(read)), dtype=np.uint16)
    means = np.zeros(len(read) * MAX_LEAVES, dtype=np.int64)
    longest = max(len(leaf.path) for _, leaves in read for leaf in leaves)
    path_features = np.zeros((len(means), longest), dtype=np.int64)
    path_changes = np.zeros((len(means), longest))
    for at, (splits, leaves) in enumerate(read):
        for row, split in enumerate(splits):
            questions[row, at] = asked.setdefault((split.feature, split.threshold), len(asked))
            struck_out[row, at] = (1 << split.end) - (1 << split.first)
        for place, leaf in enumerate(leaves, at * MAX_LEAVES):
            means[place] = leaf.mean
            for step, (feature, change) in enumerate(leaf.path):
                path_features[place, step], path_changes[place, step] = feature, change
    features, thresholds = (np.array(of_all) for of_all in zip(*asked, strict=True))
    struck = np.arange(1 << MAX_LEAVES)
    first_left = np.frexp(~struck & (struck + 1))[1].astype(np.intp) - 1  # the lowest bit that is not set
    return _Compiled(features, thresholds, questions, struck_out, first_left, means, path_features, path_changes)


def _read(tree: Tree) -> tuple[list[_Split], list[_Leaf]]:
    """Read the nodes of a tree: its splits in preorder, its leaves from left to right."""
    splits: list[_Split] = []
    leaves: list[_Leaf] = []

    def read(node: int, path: tuple[tuple[int, int], ...]) -> int:
        """Read the part below a node; return the node behind it."""
        feature, mean = tree.features[node], tree.means[node]
        if feature == LEAF:
            leaves.append(_Leaf(mean, path))
            return node + 1
        at, first = len(splits), len(leaves)
        splits.append(_Split(feature, tree.thresholds[node], first, first))
        left = node + 1
        right = read(left, (*path, (feature, tree.means[left] - mean)))
        splits[at] = _Split(feature, tree.thresholds[node], first, len(leaves))
        return read(right, (*path, (feature, tree.means[right] - mean)))

    read(0, ())
    return splits, leaves
