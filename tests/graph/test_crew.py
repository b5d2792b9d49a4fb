"""Documents prepared by a Dask cluster: the same as here, each once, though a worker is killed on the way."""

from __future__ import annotations

import os
import signal
from itertools import islice
from pathlib import Path

import pytest

from graph import crew, paths
from graph.means import Means
from graph.namespaces import Namespace
from graph.preparing import Prepared, sources_digest, workshop
from graph.store import StoreError

COPIES = 26  # more than one process would prepare by itself
TEXT = "---\ntitle: Plan {n}\ndate: 2022-01-2{m}\n---\n\nNissan will launch {n} electric models by 2030.\n"


def test_a_cluster_prepares_as_this_machine_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed (`pip install evplans[dask]`)")
    monkeypatch.setattr(crew, "TOGETHER", 5)
    for n in range(COPIES):
        (tmp_path / f"plan-{n}.md").write_text(TEXT.format(n=n + 2, m=n % 9), encoding="utf-8")
    space = Namespace()
    sources = sources_digest(space)
    files = sorted(tmp_path.glob("*.md"))
    place = workshop(space.base, paths.REGISTER, sources)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, scheduler_port=0
    ) as cluster, distributed.Client(cluster, set_as_default=False) as client:  # fmt: skip
        means = Means(executor=cluster.scheduler_address.replace("tcp://", "dask://"))
        made = crew.prepared(files, place, means)
        first = list(islice(made, 2))
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        found = [*first, *made]
    assert [one.slug for one in found if isinstance(one, Prepared)] == [path.stem for path in files]
    assert found == place.prepare(files)


def test_a_cluster_that_is_not_there_is_named() -> None:
    dask = pytest.importorskip("dask", reason="Dask is not installed (`pip install evplans[dask]`)")
    quick = dask.config.set({"distributed.comm.timeouts.connect": "0.5s"})
    hands = Means(executor="dask://127.0.0.1:1").hands()
    with quick, pytest.raises(StoreError, match="dask://127"), hands:
        pass
