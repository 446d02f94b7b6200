"""Exchange of an index with datasketch: to a MinHashLSH in memory or in Redis, and from its texts or from records.

Signatures are datasketch's own, bit for bit, so both answer the same queries.  Nothing is ever unpickled.
"""

import pickle
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from etl.audit import Tally
from etl.dedup import DedupSettings
from etl.dedup.settings import Shingles, Unit
from etl.engines.local import LocalEngine
from etl.errors import NoInput, UsageError
from etl.formats import Found, Reading, find
from etl.formats.own_records import read_outputs
from etl.index.export import read_kept
from etl.index.maintenance import extend
from etl.index.manifest import MANIFEST, read_manifest, verified_manifest
from etl.pipeline.history import holding_index
from etl.pipeline.job import Job, RejectLine
from etl.pipeline.records import Pair
from etl.pipeline.run import RECORDS, Run, Silent
from etl.pipeline.workspace import Workspace, scratch

if TYPE_CHECKING:
    from datasketch import MinHash, MinHashLSH

    from etl.array_types import U32

IN_MEMORY: Mapping[str, Any] = {"type": "dict"}

WAY_OUT = "An LSH has no words, so similarity cannot be proved from it: give the text of every key, and no other."


def minhash(text: str, shingles: Shingles = "w3") -> "MinHash":
    """Return the MinHash of a text, to query an exported index; an empty one if the text has fewer than ten words.

    >>> said = "Tens of thousands of people marched through the centre of Minsk on Sunday"
    >>> minhash(said).jaccard(minhash(said.upper() + "!"))
    1.0
    """
    from etl.dedup.arrays import in_memory
    from etl.dedup.fingerprint import fingerprint, signatures

    prints = fingerprint([text], DedupSettings(shingles=shingles))
    return next(_minhashes(signatures(in_memory(prints.shingles), prints.shingle_counts.astype("int64"))))


def to_lsh(folder: str, storage: Mapping[str, Any] = IN_MEMORY) -> "MinHashLSH":
    """Return a new MinHashLSH with every block of an index under its name, in memory or in `storage`.

    `storage` is datasketch's `storage_config`.  In Redis, names are the bytes of their UTF-8: whoever opens it there
    again says `prepickle=False`, and the same `basename` and `params`.
    """
    from datasketch import MinHashLSH

    from etl.dedup.fingerprint import signatures
    from etl.dedup.fingerprint.minhash import PERMUTATIONS

    made, config = verified_manifest(folder), dict(storage)
    bands = (made.bands, made.rows)
    lsh = MinHashLSH(num_perm=PERMUTATIONS, params=bands, storage_config=config, prepickle=False)
    with lsh.insertion_session() as session:
        for names, values, sizes in read_kept(Path(folder)):
            for name, signed in zip(names, _minhashes(signatures(values, sizes)), strict=True):
                key = name if config["type"] == "dict" else name.encode()
                session.insert(key, signed, check_duplication=False)
    return lsh


def from_lsh(lsh: "MinHashLSH", texts: Mapping[str, str], folder: str) -> tuple[Pair, ...]:
    """Add the texts of a MinHashLSH to an index of paragraphs, as a run.

    Return the texts that are duplicates, with their keepers.  The index is begun with the usual settings, if there is
    none.  Raises NoInput if there is no text, and UsageError if a key has no text, or a text no key, or if what is
    stored under a key is not the signature of its text: it came of other shingles or scheme.
    """
    settings = _settings(folder)
    _check(lsh, texts, settings.shingles)
    job = Job(dedup=settings, index=folder)
    with scratch() as workspace, holding_index(job, delivers=True):
        path = Path(workspace.folder) / "lsh.jsonl"
        records = [{"id": key, "text": text} for key, text in texts.items()]
        path.write_bytes(msgspec.json.Encoder().encode_lines(records))
        _run(job, find([str(path)], Reading()), workspace, 1)
        return tuple(read_outputs(Path(workspace.folder) / "pairs", Pair))


def add_records(job: Job, found: Found, unit: Unit, jobs: int, most: int) -> tuple[Tally, list[RejectLine]]:
    """Add records to the index of a job, as a run.  Return the tally and the first `most` rejects.

    An index is begun with this unit.  Raises NoInput if there is no record, and UsageError if the index is in use or
    cannot be read.
    """
    job = structs.replace(job, dedup=_begun(job.index) or DedupSettings(unit=unit))
    with scratch() as workspace, holding_index(job, delivers=True):
        tally = _run(job, found, workspace, jobs)
        rejects = (line for part in workspace.parts("rejects") for line in read_outputs(part, RejectLine))
        return tally, list(islice(rejects, most))


def _run(job: Job, found: Found, workspace: Workspace, jobs: int) -> Tally:
    """Find the duplicates among records and in the index, and extend this."""
    with LocalEngine(jobs) as engine:
        outcome = Run(job, found, engine, Silent()).into(workspace, RECORDS)
    extend(job.index, workspace.index_folder)
    return outcome.tally


def _settings(folder: str) -> DedupSettings:
    """Return the settings of an index, or the defaults if there is none yet; the unit is always the paragraph."""
    return structs.replace(_begun(folder) or DedupSettings(), unit="paragraph")


def _begun(folder: str) -> DedupSettings | None:
    """Return the settings of an index; None if there is none yet."""
    return read_manifest(folder).settings if (Path(folder) / MANIFEST).exists() else None


def _minhashes(signatures: "U32") -> "Iterator[MinHash]":
    from datasketch import MinHash

    from etl.dedup.fingerprint.minhash import PERMUTATIONS, SCHEME, SEED

    shared = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME).permutations
    for values in signatures.T:
        yield MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashvalues=values, permutations=shared)


def _check(lsh: "MinHashLSH", texts: Mapping[str, str], shingles: Shingles) -> None:
    """Verify that an LSH stores the signatures of these texts under their keys."""
    from datasketch import MinHashLSH

    from etl.dedup.fingerprint.minhash import PERMUTATIONS

    if not texts:
        raise NoInput("texts", "there is none", "Give one text or more.")
    if lsh.h != PERMUTATIONS:
        raise UsageError("LSH", f"has signatures of {lsh.h} values", f"Make it with num_perm={PERMUTATIONS}.")
    stored = set(lsh.keys.keys())
    if len(stored) != len(texts):
        raise UsageError("LSH", f"has {len(stored)} keys, and there are {len(texts)} texts", WAY_OUT)
    own = MinHashLSH(num_perm=lsh.h, params=(lsh.b, lsh.r), hashfunc=lsh.hashfunc)
    for name, text in texts.items():
        key = next((form for form in (name, name.encode(), pickle.dumps(name)) if form in stored), None)
        if key is None:
            raise UsageError(f"LSH: '{name}'", "is not a key", WAY_OUT)
        own.insert(name, minhash(text, shingles))
        if list(own.keys.get(name)) != list(lsh.keys.get(key)):
            fault = "is not stored with the signature of its text"
            raise UsageError(f"LSH: '{name}'", fault, "Only signatures made by `etl.lsh.minhash` can be imported.")
