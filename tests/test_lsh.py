"""An index is a MinHashLSH to a user of datasketch, and what a MinHashLSH holds can become an index if it is proved."""

import json
from pathlib import Path

import pytest
from conftest import Run
from datasketch import MinHash, MinHashLSH

from etl.dedup.arrays import in_memory
from etl.dedup.fingerprint import fingerprint
from etl.errors import CopydeskError, UsageError
from etl.index.maintenance import size
from etl.lsh import from_lsh, minhash, to_lsh

NEWS = {
    "rally": "Tens of thousands of people marched through the centre of Minsk on Sunday and called on him to resign",
    "river": "The river rose over its banks during the night and farmers moved their cattle to the hills above the town",
    "budget": "Parliament passed the budget in a late vote after the minister had promised more money for schools",
}
SAID = ", police said"


def indexed(run: Run, *options: str) -> None:
    lines = [json.dumps({"id": name, "text": text}) for name, text in NEWS.items()]
    Path("in.jsonl").write_text("\n".join(lines))
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index", *options).code == 0


def lsh_of(texts: dict[str, str], **changes: int) -> MinHashLSH:
    lsh = MinHashLSH(num_perm=128, params=(changes.get("bands", 25), 5))
    for name, text in texts.items():
        lsh.insert(name, minhash(text))
    return lsh


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NEWS["rally"], ["rally"]),
        (NEWS["rally"].upper() + SAID, ["rally"]),
        ("In the harbour divers looked for mines that had come loose in a storm the week before", []),
        ("Tens of thousands", []),
    ],
    ids=["the same", "near", "another stays unknown", "too short"],
)
def test_an_index_answers_as_a_minhash_lsh(run: Run, text: str, found: list[str]) -> None:
    indexed(run)
    assert to_lsh("index").query(minhash(text)) == found


def test_a_minhash_is_that_of_the_shingle_hashes() -> None:
    plain = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=int)
    plain.update_batch(in_memory(fingerprint([NEWS["rally"]]).shingles).tolist())
    assert minhash(NEWS["rally"]).hashvalues.tolist() == plain.hashvalues.tolist()


@pytest.mark.parametrize("bands", [25, 20], ids=["the same bands", "other bands"])
def test_texts_of_an_lsh_become_a_run(run: Run, bands: int) -> None:
    texts = NEWS | {"again": NEWS["rally"] + SAID}
    pairs = from_lsh(lsh_of(texts, bands=bands), texts, "index")
    assert [(pair.keeper, pair.duplicate) for pair in pairs] == [("rally", "again")]
    assert size("index").blocks == 3
    assert sorted(to_lsh("index").keys.keys()) == sorted(NEWS)
    assert from_lsh(lsh_of(NEWS), NEWS, "index")[0].similarity == 1.0


@pytest.mark.parametrize(
    ("stored", "texts", "said"),
    [
        (NEWS, {"rally": NEWS["rally"]}, "has 3 keys, and there are 1 texts"),
        ({"rally": NEWS["rally"]}, {"river": NEWS["river"]}, "'river': is not a key"),
        ({"rally": NEWS["rally"]}, {"rally": NEWS["rally"] + SAID}, "'rally': is not stored with the signature"),
    ],
    ids=["a key without a text", "a text without a key", "another text"],
)
def test_what_is_not_proved_is_refused(run: Run, stored: dict[str, str], texts: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        from_lsh(lsh_of(stored), texts, "index")
    assert not Path("index").exists()


@pytest.mark.parametrize(
    ("texts", "said"),
    [(NEWS, "LSH: has signatures of 64 values\n  Make it with num_perm=128"), ({}, "texts: there is none")],
    ids=["shorter signatures", "no texts"],
)
def test_what_can_be_no_run_leaves_no_folder(run: Run, texts: dict[str, str], said: str) -> None:
    with pytest.raises(CopydeskError, match=said):
        from_lsh(MinHashLSH(num_perm=64), texts, "index")
    assert not Path("index").exists()


def test_an_index_of_articles_takes_in_no_lsh(run: Run) -> None:
    indexed(run)
    with pytest.raises(UsageError, match="unit article"):
        from_lsh(lsh_of(NEWS), NEWS, "index")
