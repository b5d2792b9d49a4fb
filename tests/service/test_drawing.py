"""Where charts put things: within their axes, in order, and labels apart."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coastlines import draw
from service.pages.drawing import from_zero, points, timeline, year_of, years
from service.pages.lanes import by_amount, by_year
from service.pages.places import world
from service.pages.statements import Statement

TIMES = st.floats(1880, 2150)
BERLIN, SHANGHAI = "https://sws.geonames.org/2950159/", "https://sws.geonames.org/1796236/"


def claim(**given: str) -> dict[str, str]:
    return {"claim": "c", "label": "l", "modality": "plan", "document": "d", "unit": "models"} | given


@given(st.lists(TIMES, min_size=1))
def test_times_stand_within_their_axis_in_order(times: list[float]) -> None:
    axis = years(times)
    places = [axis.place(time) for time in sorted(times)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)
    assert 1 <= len(axis.ticks) <= 5
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)


@given(st.lists(st.floats(0, 1e15), min_size=1))
def test_amounts_stand_within_their_axis(amounts: list[float]) -> None:
    axis = from_zero(amounts)
    assert axis.low == 0
    assert all(0 <= axis.place(amount) <= 100 for amount in amounts)


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("2030", 2030),
        ("2030-07", 2030.5),
        ("2030-01-01", 2030),
        (None, None),
        ("", None),
        ("soon", None),
        ("1-2-3-4", None),
    ],
)
def test_dates_become_years(date: str | None, year: float | None) -> None:
    assert year_of(date) == year


def test_a_target_for_the_year_under_way_is_due_at_its_end() -> None:
    found = timeline([Statement([claim(issued="2022-08-15", end="2022")])])
    assert found
    row = found.rows[0]
    assert row.said is not None
    assert row.said < row.due


def test_values_of_one_unit_or_in_dollars_or_years_can_be_drawn_and_others_not() -> None:
    a, b = claim(issued="2021", value="30"), claim(issued="2022", value="35")
    drawn = points([a, b])
    assert drawn
    assert [point.y for point in drawn.points] == sorted((point.y for point in drawn.points), reverse=True)
    euros = claim(issued="2022", value="3", unit="EUR")
    assert points([a, euros]) is None
    money = points([claim(issued="2021", value="2", unit="USD", usd="2"), euros | {"usd": "3.1"}])
    assert money
    assert money.unit == "US dollars"
    dates = [{k: v for k, v in claim(issued="2021", end=end).items() if k != "unit"} for end in ("2026", "2030")]
    launch = points(dates)
    assert launch
    assert launch.unit == "year"
    assert points([a, claim(value="35")]) is None  # without a date it has no place


def test_labels_of_values_that_are_alike_stand_on_different_sides() -> None:
    drawn = points([claim(issued="2021", value="500"), claim(issued="2022", value="500")])
    assert drawn
    assert [point.below for point in drawn.points] == [False, True]


def test_lanes_say_what_has_no_place_in_them() -> None:
    entities = [{"iri": "a", "label": "A"}, {"iri": "b", "label": "B"}]
    said = [Statement([claim(value="7", end="2030")]), Statement([claim(value="9", end="2030")])]
    chart = by_year(entities, [[*said, Statement([claim(value="5")])], []])
    assert chart
    assert [mark.text for mark in chart.lanes[0][1]] == ["9"]
    assert chart.left == 1
    assert by_amount(entities, [[], []], "USD") is None


def test_a_map_shows_every_place_once_and_leaves_out_what_is_unknown() -> None:
    plants = [
        {"plant": "p", "plantLabel": "P", "place": "b", "placeLabel": "Berlin", "firmness": "plan", "geonames": BERLIN},
        {"plant": "q", "plantLabel": "Q", "place": "b", "placeLabel": "Berlin", "firmness": "fact", "geonames": BERLIN},
        {
            "plant": "r",
            "plantLabel": "R",
            "place": "s",
            "placeLabel": "Shanghai",
            "firmness": "plan",
            "geonames": SHANGHAI,
        },
        {"plant": "u", "plantLabel": "U", "place": "n", "placeLabel": "Nowhere", "firmness": "plan"},
    ]
    found = world(plants)
    assert found
    assert [(place.label, place.firmness, len(place.plants)) for place in found.places] == [
        ("Berlin", "fact", 2),
        ("Shanghai", "plan", 1),
    ]
    assert found.places[0].x < found.places[1].x
    assert all(0 < place.x < 100 and 0 < place.y < 100 for place in found.places)
    assert world(plants[3:]) is None


def test_countries_across_the_antimeridian_are_drawn_on_both_sides(tmp_path: Path) -> None:
    ring = [[1700, 600], [200, 0], [0, 50], [-200, 0], [0, -50]]  # from 170 degrees east to 170 degrees west
    wrapped = [[1700, 600], [-3400, 0], [0, 50], [3400, 0], [0, -50]]
    for arc in (ring, wrapped):
        atlas = tmp_path / "atlas.json"
        topology = {
            "transform": {"scale": [0.1, 0.1], "translate": [0, 0]},
            "arcs": [arc],
            "objects": {"countries": {"geometries": [{"type": "Polygon", "arcs": [[0]]}]}},
        }
        atlas.write_text(json.dumps(topology), encoding="utf-8")
        svg = draw(atlas)
        starts = re.findall(r"M(-?\d+) ?-?\d+l", svg)
        assert starts == ["3400", "-3800"]
