"""py3langid's model for our languages: as it was stored when copydesk was built, or else taken from py3langid's file.

To unpack that file, of 142 classes, takes 0.5 s; to read what is stored takes a tenth of that.  It is used only if it
was made from the same file for the same languages.
"""

import sys
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct

STORED = Path(__file__).with_name("languages.msgpack.zst")


class Identifier(Protocol):
    """What tells the language of a text."""

    def classify(self, text: str) -> tuple[str, float]:
        """Return the code of the likeliest language, and its probability."""


class Model(Struct, frozen=True):
    """What py3langid's file has under these names; of `ptc`, column by column, and `pc` what belongs to `classes`."""

    digest: str
    classes: list[str]
    ptc: memoryview
    pc: memoryview
    nextmove: memoryview
    nextmove_row: memoryview
    out_feat: memoryview


def identifier(languages: Sequence[str], stored: Path = STORED) -> Identifier:
    """Return what tells these languages apart.  The arrays are used where they were read: copies would take 50 MB."""
    import numpy as np
    from py3langid.langid import LanguageIdentifier

    model = read_model(stored, languages) or _unpacked(languages)
    found: Identifier = LanguageIdentifier(
        np.frombuffer(model.ptc, np.float16).reshape((-1, len(model.classes)), order="F"),
        np.frombuffer(model.pc, np.float32),
        model.classes,
        model.nextmove.cast("I"),
        model.out_feat.cast("i"),
        norm_probs=True,
        tk_row=model.nextmove_row.cast("I"),
    )
    return found


def write_model(path: Path, languages: Sequence[str]) -> None:
    """Store the model for these languages."""
    from zstandard import ZstdCompressor

    path.write_bytes(ZstdCompressor(9).compress(msgspec.msgpack.encode(_unpacked(languages))))


def read_model(path: Path, languages: Sequence[str]) -> Model | None:
    """Return the model that is stored; None if there is none, or if it was made from another file."""
    from zstandard import ZstdDecompressor, ZstdError

    try:
        model = msgspec.msgpack.decode(ZstdDecompressor().decompress(path.read_bytes()), type=Model)
    except (FileNotFoundError, ZstdError, msgspec.DecodeError):
        return None
    return model if model.digest == _digest(languages) else None


def _unpacked(languages: Sequence[str]) -> Model:
    """Return the model from py3langid's file, which is unpacked on disk: in memory that takes 70 MB more."""
    import lzma
    import shutil
    from tempfile import TemporaryFile

    import numpy as np

    def taken(array: Any, kind: type[np.number[Any]]) -> memoryview:
        return np.ascontiguousarray(array, kind).data.cast("B")

    with TemporaryFile() as unpacked:
        with lzma.open(_model_file()) as packed:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        unpacked.seek(0)
        with np.load(unpacked) as arrays:
            classes = arrays["classes"].tolist()
            ours = [at for at, name in enumerate(classes) if name in languages]
            return Model(
                _digest(languages),
                [classes[at] for at in ours],
                taken(arrays["ptc"][:, ours].T, np.float16),
                taken(arrays["pc"][ours], np.float32),
                taken(arrays["nextmove"], np.uint32),
                taken(arrays["nextmove_row"], np.uint32),
                taken(arrays["out_feat"], np.int32),
            )


def _digest(languages: Sequence[str]) -> str:
    made_for = f"{sys.byteorder} {' '.join(languages)}"
    return blake2b(_model_file().read_bytes(), digest_size=16, key=blake2b(made_for.encode()).digest()).hexdigest()


def _model_file() -> Path:
    from py3langid.langid import MODEL_DIR, MODEL_FILE

    return Path(MODEL_DIR, MODEL_FILE)
