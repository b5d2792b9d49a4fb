"""What entity pages draw: targets in time, relations, plants; that each is there as text too, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service.dataset import Dataset

pytest_plugins = ("tests.service.small",)

MOST_QUERIES = 4
COSTED = (
    "/",
    "/id/nissan",
    "/id/nissan-ambition-2030",
    "/id/all-solid-state-battery",
    "/id/cmf-bev",
    "/id/nissan-sunderland-plant",
    "/id/japan",
    "/id/harm",
    "/id/nissan/links?property=VehicleModel",
    "/id/nissan/relations.json",
    "/disagreements?kind=revision",
    "/compare?e=nissan&e=renault&e=mitsubishi-motors&e=toyota&e=tesla",
    "/ontology",
    "/ontology/modelCount",
    "/ontology/Claim",
    "/quality",
    "/document/nissan-the-arc",
    "/documents",
    "/browse?kind=Automaker",
)


@pytest.mark.parametrize("path", COSTED)
def test_a_page_takes_few_queries(visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    visitor.get(path, headers={"Accept": "text/html"})  # what is read once for a build has been read
    asked: list[str] = []

    def counting(method: Callable[..., object]) -> Callable[..., object]:
        def counted(self: Dataset, query: str, **bindings: str) -> object:
            asked.append(query)
            return method(self, query, **bindings)

        return counted

    for name in ("select", "construct", "ask"):
        monkeypatch.setattr(Dataset, name, counting(getattr(Dataset, name)))
    fresh = f"{path}{'&' if '?' in path else '?'}fresh"  # whatever was answered before is kept under another name
    answer = visitor.get(fresh, headers={"Accept": "text/html", "Host": "unseen.example"})
    assert answer.status_code == 200
    assert 0 < len(asked) <= MOST_QUERIES, asked


def section(page: str, start: str, end: str = "<h2") -> str:
    assert start in page, start
    return page.partition(start)[2].partition(end)[0]


def test_targets_stand_in_time_and_revised_ones_are_struck_through_and_linked(visitor: FlaskClient) -> None:
    timeline = section(visitor.get("/id/nissan").text, '<h2 id="targets">')
    years = re.findall(r'<b class="year">(\d{4})', timeline)
    assert years == sorted(years)
    rows = timeline.split('<li class="due')[1:]
    revised = [row for row in rows if "<s>" in row]
    assert revised
    assert all(re.search(r'Later revised</b>: <a href="/claim/', row) for row in revised)
    assert all(re.search(r'aria-label="(Said [\d-]+, )?due \d{4}', row) for row in rows)


def test_a_fact_opens_to_every_claim_that_gives_it(visitor: FlaskClient) -> None:
    page = visitor.get("/id/nissan").text
    facts = page.split('<details class="said')[1:]
    two = next(fact for fact in facts if re.search(r">2 sources<", fact))
    assert two.partition("</details>")[0].count("<blockquote>") >= 2
    for fact in facts:
        assert re.search(r'class="firm (fact|plan|report|negated)"', fact)
        assert "<blockquote>" in fact
        assert re.search(r'href="/claim/[0-9a-f]+" aria-label="Claim: ', fact)


def test_relations_are_drawn_and_listed(visitor: FlaskClient) -> None:
    drawn = section(visitor.get("/id/nissan").text, '<h2 id="relations">')
    picture, _, listed = drawn.partition("<details")
    in_picture = set(re.findall(r'href="(/id/[^"]+)"', picture))
    assert in_picture
    assert in_picture <= set(re.findall(r'href="(/id/[^"]+)"', listed))


def test_neighbours_are_linked_with_one_another(visitor: FlaskClient) -> None:
    found = visitor.get("/id/nissan/relations.json").json
    ends = {link[end] for link in found["links"] for end in ("source", "target")}
    assert ends == {node["id"] for node in found["nodes"]}
    nissan = next(node["id"] for node in found["nodes"] if node["text"] == "Nissan")
    assert any(nissan not in (link["source"], link["target"]) for link in found["links"])
    assert all(visitor.get(node["href"]).status_code == 200 for node in found["nodes"])


def test_a_plan_tells_what_became_of_its_targets(visitor: FlaskClient) -> None:
    page = visitor.get("/id/nissan-ambition-2030").text
    assert "Targets and what became of them" in page
    assert re.search(r"<b>\d+</b> revised", page)


def test_a_battery_technology_has_a_roadmap_by_maker(visitor: FlaskClient) -> None:
    page = visitor.get("/id/all-solid-state-battery").text
    assert "Roadmap by maker" in page
    assert re.search(r'<b class="year">2028</b> <a href="/claim/[0-9a-f]+">Nissan is to develop', page)


def test_a_platform_shows_its_models_by_brand(visitor: FlaskClient) -> None:
    table = section(visitor.get("/id/cmf-bev").text, '<h2 id="models">')
    assert 'href="/id/nissan-micra"' in table


def test_plants_stand_on_a_map_and_in_a_list(visitor: FlaskClient) -> None:
    plants = section(visitor.get("/id/nissan").text, '<h2 id="plants">')
    assert 'href="/id/nissan-sunderland-plant"' in plants
    assert "Sunderland" in plants


def test_what_points_at_an_entity_is_paged(visitor: FlaskClient) -> None:
    assert 'href="/id/nissan/links?property=VehicleModel"' in visitor.get("/id/nissan").text
    page = visitor.get("/id/nissan/links?property=VehicleModel").text
    assert page.count('<li><a href="/id/') > 12
    for query, status in (
        ("property=VehicleModel&page=0", 400),
        ("property=VehicleModel&page=99", 400),
        ("property=VehicleModel&page=x", 400),
        ("property=none", 404),
        ("", 404),
    ):
        assert visitor.get(f"/id/nissan/links?{query}").status_code == status, query
    assert visitor.get("/id/none/links?property=Plan").status_code == 404
    assert visitor.get("/id/a%3Eb/links?property=Plan").status_code == 404


def test_names_that_mean_harm_stay_text_in_pictures(visitor: FlaskClient) -> None:
    for path in ("/id/harm", "/id/nissan", "/disagreements", "/compare?e=nissan&e=harm", "/quality"):
        assert not re.search(r"<script>|<b onclick", visitor.get(path).text), path
