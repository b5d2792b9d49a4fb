"""A server whose current build is damaged serves the last good one, says so, and takes the mended one up by itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.graph.test_faults import spoil
from tests.graph.test_publish import published
from tests.service.published import make_app

LABELS = "/sparql?query=SELECT%20%3Fl%20%7B%20%3Fs%20skos:prefLabel%20%3Fl%20%7D"


@pytest.mark.parametrize("part", ["store/*.sst", "dumps/*.gz", "manifest.json", "store/CURRENT"])
def test_the_last_good_build_is_served(tmp_path: Path, part: str, caplog: pytest.LogCaptureFixture) -> None:
    good, bad = published(tmp_path, "Nissan"), published(tmp_path, "Kia")
    spoil(next(bad.glob(part)))
    app = make_app(tmp_path)
    client = app.test_client()
    answer = client.get(LABELS, headers={"Accept": "text/csv"})
    assert answer.text.split() == ["l", "Nissan"]
    assert answer.headers["X-Dataset-Build"] == good.name
    assert client.get("/health/ready").status_code == 200
    assert caplog.text.count("DAMAGED BUILD") == 1
    assert bad.name in caplog.text
    assert published(tmp_path, "Kia") == bad
    for _ in range(200):
        answer = client.get(LABELS, headers={"Accept": "text/csv", "Cache-Control": "no-cache"})
        if answer.headers["X-Dataset-Build"] == bad.name:
            break
        time.sleep(0.05)
    assert answer.text.split() == ["l", "Kia"]
    app.extensions["evplans.engine"].close()


def test_where_every_build_is_damaged_nothing_is_served(tmp_path: Path) -> None:
    for name in ("Nissan", "Kia"):
        spoil(published(tmp_path, name) / "manifest.json")
    client = make_app(tmp_path).test_client()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "evplans build" in answer.text
