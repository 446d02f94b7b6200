"""py3langid's model for our languages: as it was stored when copydesk was built, or else taken from py3langid's file.

Unpacking that file, with its 142 classes, takes 0.5 s.  Reading the stored model takes a tenth of this time.  The
stored model is used only if it was made from the same file, for the same languages. py3langid finds features by a table
of 39 MB.  This module searches a sorted array.
"""

import math
import sys
import unicodedata
from collections import deque
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

STORED = Path(__file__).with_name("languages.msgpack.zst")


# In the number of a feature, the bits from this one on have the count of its bytes.
_SIZE_AT = 56
# A byte that is part of no feature: it stands before a text.
_NONE = b"\xff"


class Model(Struct, frozen=True):
    """A naive Bayes classifier over features of one to six bytes.

    `classes` are codes of languages, some twice (for their scripts); `features`, in order, are the bytes of each as a
    number, with their count above (uint64); `weights` (features x classes, float16) and `priors` (float32) are
    logarithms of probabilities.
    """

    digest: str
    classes: list[str]
    features: memoryview
    weights: memoryview
    priors: memoryview


class Identifier:
    """Detects the language of a text, like py3langid's `LanguageIdentifier` with normalized probabilities."""

    def __init__(self, model: Model) -> None:
        import numpy as np

        self._features = np.frombuffer(model.features, np.uint64)
        # The array is used where it was read: a copy would take 9 MB.
        self._weights = np.frombuffer(model.weights, np.float16).reshape((-1, len(model.classes)))
        self._priors = np.frombuffer(model.priors, np.float32)
        self._languages = list(dict.fromkeys(model.classes))
        self._language_of = np.array([self._languages.index(name) for name in model.classes])

    def classify(self, text: str) -> tuple[str, float]:
        """Return the code of the most probable language, and its probability.

        A text without features has a small one.
        """
        import numpy as np

        folded = unicodedata.normalize("NFC", text.lower() if text.isupper() else text)
        encoded = folded.encode("utf-8", "surrogatepass")
        found, counts = self._counted(encoded)
        scores = np.zeros(len(self._priors), np.float32)
        if len(found):
            scores = np.log1p(counts.astype(np.float32)) @ self._weights[found] + self._priors
        scores *= 1 / math.sqrt(len(encoded) or 1)  # otherwise the probabilities of long texts would be too extreme
        probabilities = np.exp(scores - scores.max())
        of_languages = np.bincount(self._language_of, probabilities / probabilities.sum())
        best = int(of_languages.argmax())
        return self._languages[best], float(of_languages[best])

    def _counted(self, encoded: bytes) -> tuple[Any, Any]:
        """Return the places of the features, and how often each occurs: at each byte the longest that ends there."""
        import numpy as np

        before = np.ndarray((len(encoded),), ">u8", _NONE * 7 + encoded, strides=(1,)).astype(np.uint64)
        sizes = np.arange(int(self._features[-1]) >> _SIZE_AT, 0, -1, dtype=np.uint64)[:, None]
        wanted = before & ((np.uint64(1) << np.uint64(8) * sizes) - np.uint64(1)) | sizes << np.uint64(_SIZE_AT)
        places = np.searchsorted(self._features[:-1], wanted)
        is_found = self._features[places] == wanted
        longest = places[is_found.argmax(axis=0), np.arange(len(encoded))]
        return np.unique(longest[is_found.any(axis=0)], return_counts=True)


def identifier(languages: Sequence[str], stored: Path = STORED) -> Identifier:
    """Return an identifier for these languages."""
    return Identifier(read_model(stored, languages) or _unpacked(languages))


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

    with TemporaryFile() as unpacked:
        with lzma.open(_model_file()) as packed:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        unpacked.seek(0)
        with np.load(unpacked) as arrays:
            classes = arrays["classes"].tolist()
            ours = [at for at, name in enumerate(classes) if name in languages]
            features = _features(arrays["nextmove"], arrays["nextmove_row"].tolist(), arrays["out_feat"].tolist())
            numbers = [int.from_bytes(feature) | len(feature) << _SIZE_AT for feature in features]
            order = np.argsort(np.array(numbers, np.uint64))
            return Model(
                _digest(languages),
                [classes[at] for at in ours],
                np.array(numbers, np.uint64)[order].data.cast("B"),
                np.ascontiguousarray(arrays["ptc"][order][:, ours], np.float16).data.cast("B"),
                np.ascontiguousarray(arrays["pc"][ours], np.float32).data.cast("B"),
            )


def _features(next_states: Any, rows: list[int], feature_of: list[int]) -> list[bytes]:
    """Return the bytes of each feature: the shortest that lead to a state of it.

    In py3langid's automaton every state stands for the bytes that lead to it on the shortest way, and its feature is
    the longest that they end with.
    """
    next_states = next_states.reshape(-1, 256)
    paths, waiting = {0: b""}, deque([0])
    features: dict[int, bytes] = {}
    while waiting:
        state = waiting.popleft()
        features.setdefault(feature_of[state], paths[state])
        for byte, reached in enumerate(next_states[rows[state]].tolist()):
            if reached not in paths:
                paths[reached] = paths[state] + bytes([byte])
                waiting.append(reached)
    return [features[number] for number in range(max(features) + 1)]


def _digest(languages: Sequence[str]) -> str:
    made_for = f"{sys.byteorder} {' '.join(languages)}"
    return blake2b(_model_file().read_bytes(), digest_size=16, key=blake2b(made_for.encode()).digest()).hexdigest()


def _model_file() -> Path:
    from py3langid.langid import MODEL_DIR, MODEL_FILE

    return Path(MODEL_DIR, MODEL_FILE)
