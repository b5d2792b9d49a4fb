"""Figures in tables: heads, units in heads, years in rows, and what stays unread."""

from __future__ import annotations

from graph.extraction.pipeline import RuleExtractor
from graph.reading import Document
from graph.register import load_register

EXTRACTOR = RuleExtractor(load_register())


def rows(text: str) -> set[tuple[object, ...]]:
    document = Document(slug="t", text=text, media_type="text/markdown", digest="", date="2024-06-15", language="en")
    found = [c.claim for c in EXTRACTOR.run(document).found]
    return {(c.subject, c.property, c.value, c.unit, c.end, c.modality) for c in found if c.property != "makesModel"}


def test_models_in_rows_and_units_in_cells() -> None:
    text = "| Model | Range | Price |\n|---|---|---|\n| Kia EV3 | 600 km | €35,990 |\n| Kia EV6 | 582 km | – |\n"
    assert rows(text) == {
        ("Kia EV3", "drivingRange", 600, "km", None, "fact"),
        ("Kia EV3", "price", 35990, "EUR", None, "fact"),
        ("Kia EV6", "drivingRange", 582, "km", None, "fact"),
    }


def test_years_in_rows_and_units_in_heads() -> None:
    text = "Volvo Cars by year:\n\n| Year | Cars sold | Electric share (%) |\n|---|---|---|\n| 2022 | 615,121 | 11 |\n"
    assert rows(text) == {
        ("Volvo Cars", "salesVolume", 615121, "vehicles", "2022", "fact"),
        ("Volvo Cars", "salesShare", 11, "percent", "2022", "fact"),
    }


def test_models_in_columns_and_properties_in_rows() -> None:
    text = "| | Kia EV3 | Kia EV6 |\n|---|---|---|\n| Range (km) | 600 | 582 |\n| On sale | July 2024 | 2021 |\n"
    assert rows(text) == {
        ("Kia EV3", "drivingRange", 600, "km", None, "fact"),
        ("Kia EV6", "drivingRange", 582, "km", None, "fact"),
        ("Kia EV3", "launch", None, None, "2024-07", "plan"),
        ("Kia EV6", "launch", None, None, "2021", "fact"),
    }


def test_targets_are_plans() -> None:
    text = "| Maker | EV sales 2023 | Sales target 2030 |\n|---|---|---|\n| Honda | 19,000 | 2,000,000 |\n"
    assert rows(text) == {
        ("Honda", "salesVolume", 19000, "vehicles", "2023", "fact"),
        ("Honda", "salesVolume", 2000000, "vehicles", "2030", "plan"),
    }


def test_figures_in_thousands_and_heads_that_say_nothing_stay_unread() -> None:
    assert rows("| Maker | Sales (thousands) |\n|---|---|\n| Honda | 1,900 |\n") == set()
    assert rows("| Maker | Page |\n|---|---|\n| Honda | 1,900 |\n") == set()
