"""Forests: what a row scores, and that the contributions of its features add up to it."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.trees import LEAF, MAX_ASKED, MAX_LEAVES, Forest, Tree, contributions, score

STUMP = Tree((0, LEAF, LEAF), (2.5, 0, 0), (0, -300, 400))
#            length <= 10?   yes: links <= 0.5?   yes: -50, no: -900   no: +700
DEEP = Tree((0, 1, LEAF, LEAF, LEAF), (10, 0.5, 0, 0, 0), (0, -200, -50, -900, 700))
FOREST = Forest(("length", "links"), -1000, (STUMP, DEEP))


def matrix(*rows: tuple[float, ...]) -> "np.typing.NDArray[np.float64]":
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)


@pytest.mark.parametrize(
    ("row", "scored", "of_length", "of_links"),
    [
        pytest.param((2, 0.1), -1350, -500, 150, id="short, without links"),
        pytest.param((2, 0.9), -2200, -500, -700, id="short, of links"),
        pytest.param((5, 0.9), -1500, 200, -700, id="between the thresholds of two trees"),
        pytest.param((2.5, 0.5), -1350, -500, 150, id="a value that equals its threshold goes left"),
        pytest.param((99, 0.9), 100, 1100, 0, id="a feature that no split on the path asks for adds nothing"),
    ],
)
def test_a_row(row: tuple[float, float], scored: int, of_length: int, of_links: int) -> None:
    assert score(FOREST, matrix(row)).tolist() == [scored]
    assert contributions(FOREST, matrix(row)).tolist() == [[of_length, of_links]]


def test_no_rows_and_no_trees() -> None:
    assert score(FOREST, matrix()).tolist() == []
    assert contributions(FOREST, matrix()).tolist() == []
    assert score(Forest(("a", "b"), 7, ()), matrix((1, 1))).tolist() == [7]
    assert contributions(Forest(("a", "b"), 7, ()), matrix((1, 1))).tolist() == [[0, 0]]


@st.composite
def trees(draw: st.DrawFn, leaves: int) -> Tree:
    """Draw a tree of so many leaves over three features."""
    feature, threshold, mean = st.integers(0, 2), st.integers(-5, 5), st.integers(-2000, 2000)

    def nodes(count: int) -> list[tuple[int, float, int]]:
        if count == 1:
            return [(LEAF, 0, draw(mean))]
        left = draw(st.integers(1, count - 1))
        return [(draw(feature), draw(threshold), draw(mean)), *nodes(left), *nodes(count - left)]

    features, thresholds, means = zip(*nodes(leaves), strict=True)
    return Tree(features, thresholds, (0, *means[1:]))


def walked(tree: Tree, row: list[float]) -> int:
    """Return the mean of the leaf that a row reaches, split by split."""

    def end(node: int) -> int:
        return node + 1 if tree.features[node] == LEAF else end(end(node + 1))

    node = 0
    while tree.features[node] != LEAF:
        node = node + 1 if row[tree.features[node]] <= tree.thresholds[node] else end(node + 1)
    return tree.means[node]


@given(
    st.lists(st.sampled_from((1, 2, 3, 8, 15, MAX_LEAVES)).flatmap(trees), max_size=4),
    st.lists(st.lists(st.integers(-6, 6), min_size=3, max_size=3), max_size=6),
    st.integers(-5000, 5000),
)
def test_scores_are_those_of_a_walk_and_contributions_add_up_to_them(
    drawn: list[Tree], rows: list[list[float]], bias: int
) -> None:
    forest = Forest(("a", "b", "c"), bias, tuple(drawn))
    values = np.array(rows, dtype=np.float64).reshape(len(rows), 3)
    scores = score(forest, values).tolist()
    assert scores == [bias + sum(walked(tree, row) for tree in drawn) for row in rows]
    assert scores == (contributions(forest, values).sum(axis=1) + bias).tolist()


def test_rows_do_not_depend_on_their_batch() -> None:
    batch = MAX_ASKED // 4  # two trees of up to two splits
    rows = np.arange(2.0 * (batch + 3)).reshape(-1, 2) % 13
    places = [0, batch - 1, batch, batch + 2]
    alone = [score(FOREST, rows[at : at + 1])[0] for at in places]
    together = score(FOREST, rows)
    assert alone == together[places].tolist()
    assert (contributions(FOREST, rows).sum(axis=1) + FOREST.bias == together).all()


def test_too_many_leaves_are_refused() -> None:
    count = MAX_LEAVES + 1
    comb = Tree((0, LEAF) * (count - 1) + (LEAF,), (0,) * (2 * count - 1), (0,) * (2 * count - 1))
    with pytest.raises(ValueError, match="17 leaves"):
        score(Forest(("a", "b"), 0, (comb,)), matrix((1, 1)))


def test_a_forest_is_plain_data() -> None:
    data = msgspec.json.encode(FOREST)
    assert msgspec.json.decode(data, type=Forest) == FOREST
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(json.dumps({**json.loads(data), "more": 1}), type=Forest)
