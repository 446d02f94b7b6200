"""The door to datasketch: an index as a MinHashLSH, in memory or in Redis, and the texts of a MinHashLSH as an index.

Signatures are datasketch's own, bit for bit, so both answer the same queries.  Nothing is ever unpickled.
"""

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from etl.engines.local import LocalEngine
from etl.errors import NoInput, UsageError
from etl.formats import Reading, find
from etl.formats.outputs import read_outputs
from etl.index.look import read_kept
from etl.index.manifest import MANIFEST, read_manifest
from etl.index.upkeep import extend
from etl.model import Shingles
from etl.pipeline.job import Copying, Job
from etl.pipeline.records import Pair
from etl.pipeline.run import RECORDS, Run, Silent
from etl.pipeline.seen import holding_index
from etl.pipeline.workspace import scratch

if TYPE_CHECKING:
    from datasketch import MinHash, MinHashLSH

    from etl.dedup.words import U32

IN_MEMORY: Mapping[str, Any] = {"type": "dict"}

WAY_OUT = "An LSH has no words, so likeness cannot be proved from it: give the text of every key, and no other."


def minhash(text: str, shingles: Shingles = "w3") -> "MinHash":
    """Give the MinHash of a text's shingles, to query an exported index with.  Under ten words, it is an empty one.

    >>> said = "Tens of thousands of people marched through the centre of Minsk on Sunday"
    >>> minhash(said).jaccard(minhash(said.upper() + "!"))
    1.0
    """
    from etl.dedup import Likeness, fingerprint, signatures

    arrays = fingerprint([text], Likeness(shingles)).arrays()
    return next(_minhashes(signatures(arrays["shingles"], arrays["sizes"].astype("int64"))))


def to_lsh(folder: str, storage: Mapping[str, Any] = IN_MEMORY) -> "MinHashLSH":
    """Put every block that an index keeps into a new MinHashLSH, under its name; in memory, or where `storage` says.

    `storage` is datasketch's `storage_config`.  In Redis, names are the bytes of their UTF-8: whoever opens it there
    again says `prepickle=False`, and the same `basename` and `params`.
    """
    from datasketch import MinHashLSH

    from etl.dedup import signatures

    made, config = read_manifest(folder).settings, dict(storage)
    bands = (made.bands, made.rows)
    lsh = MinHashLSH(num_perm=made.permutations, params=bands, storage_config=config, prepickle=False)
    with lsh.insertion_session() as session:
        for names, values, sizes in read_kept(Path(folder)):
            for name, signed in zip(names, _minhashes(signatures(values, sizes)), strict=True):
                key = name if config["type"] == "dict" else name.encode()
                session.insert(key, signed, check_duplication=False)
    return lsh


def from_lsh(lsh: "MinHashLSH", texts: Mapping[str, str], folder: str) -> tuple[Pair, ...]:
    """Make the texts of a MinHashLSH a run of an index of paragraphs, and give those that are copies, and of what.

    The index is begun with the usual settings, if there is none.  Raises NoInput if there is no text, and UsageError if
    a key has no text, or a text no key, or if what is stored under a key is not the signature of its text: it came of
    other shingles or scheme.
    """
    copying = _copying(folder)
    _check(lsh, texts, copying.shingles)
    job = Job(copying=copying, index=folder)
    with scratch() as workspace, holding_index(job), LocalEngine(1) as engine:
        path = Path(workspace.folder) / "lsh.jsonl"
        records = [{"id": key, "text": text} for key, text in texts.items()]
        path.write_bytes(msgspec.json.Encoder().encode_lines(records))
        Run(job, find([str(path)], Reading()), engine, Silent()).into(workspace, RECORDS)
        extend(folder, workspace.index_folder)
        return tuple(read_outputs(Path(workspace.folder) / "pairs", Pair))


def _copying(folder: str) -> Copying:
    """Give the settings of an index, or the usual ones where there is none yet."""
    if not (Path(folder) / MANIFEST).exists():
        return Copying(unit="paragraph")
    made = read_manifest(folder).settings
    return Copying(shingles=made.shingles, threshold=made.threshold, numbers=made.numbers, unit="paragraph")


def _minhashes(signatures: "U32") -> "Iterator[MinHash]":
    from datasketch import MinHash

    from etl.dedup.sign import PERMUTATIONS, SEED
    from etl.index.manifest import SCHEME

    shared = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME).permutations
    for values in signatures.T:
        yield MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashvalues=values, permutations=shared)


def _check(lsh: "MinHashLSH", texts: Mapping[str, str], shingles: Shingles) -> None:
    """Prove that what an LSH stores under its keys are the signatures of these texts."""
    from datasketch import MinHashLSH

    from etl.dedup.sign import PERMUTATIONS

    if not texts:
        raise NoInput("texts", "there is none")
    if lsh.h != PERMUTATIONS:
        raise UsageError("LSH", f"has signatures of {lsh.h} values", f"Make it with num_perm={PERMUTATIONS}.")
    stored = set(lsh.keys.keys())
    if len(stored) != len(texts):
        raise UsageError("LSH", f"has {len(stored)} keys, and there are {len(texts)} texts", WAY_OUT)
    own = MinHashLSH(num_perm=lsh.h, params=(lsh.b, lsh.r), hashfunc=lsh.hashfunc)
    for name, text in texts.items():
        key = next((form for form in (name, name.encode(), pickle.dumps(name)) if form in stored), None)
        if key is None:
            raise UsageError(f"LSH: '{name}'", "is no key", WAY_OUT)
        own.insert(name, minhash(text, shingles))
        if list(own.keys.get(name)) != list(lsh.keys.get(key)):
            fault = "is not stored with the signature of its text"
            raise UsageError(f"LSH: '{name}'", fault, "Only what `etl.lsh.minhash` signs can be taken in.")
