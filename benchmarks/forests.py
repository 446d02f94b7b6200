"""LightGBM's model -> a forest as `etl.trees` holds it.  LightGBM trains; at run time nothing needs it."""

from collections.abc import Mapping, Sequence
from typing import Any

from etl.trees import LEAF, THOUSANDTHS, Forest, Tree

# Figures of a threshold that are kept.  Features are ratios of counts: two values that a split parts differ by more.
FIGURES = 9


def forest_of(dump: Mapping[str, Any], features: Sequence[str]) -> Forest:
    """Return the forest of `booster.dump_model()`.  Features that no split asks for are left out."""
    roots = [tree["tree_structure"] for tree in dump["tree_info"]]
    asked = sorted({feature for root in roots for feature in _asked(root)})
    places = {feature: place for place, feature in enumerate(asked)}
    # LightGBM's forest has no bias: it is in the leaves of the first tree.  Each root's mean goes into ours.
    bias = sum(_units(_mean(root)) for root in roots)
    return Forest(tuple(features[feature] for feature in asked), bias, tuple(_tree(root, places) for root in roots))


def _tree(root: Mapping[str, Any], places: Mapping[int, int]) -> Tree:
    features: list[int] = []
    thresholds: list[float] = []
    means: list[int] = []
    queue, base = [root], _units(_mean(root))
    while queue:
        node = queue.pop()
        is_split = "split_feature" in node
        features.append(places[node["split_feature"]] if is_split else LEAF)
        thresholds.append(float(f"{node['threshold']:.{FIGURES}g}") if is_split else 0)
        means.append(_units(_mean(node)) - base)
        if is_split:
            queue += node["right_child"], node["left_child"]
    return Tree(tuple(features), tuple(thresholds), tuple(means))


def _asked(node: Mapping[str, Any]) -> set[int]:
    if "split_feature" not in node:
        return set()
    return {node["split_feature"]} | _asked(node["left_child"]) | _asked(node["right_child"])


def _mean(node: Mapping[str, Any]) -> float:
    return float(node["leaf_value"] if "leaf_value" in node else node["internal_value"])


def _units(mean: float) -> int:
    return round(mean * THOUSANDTHS)
