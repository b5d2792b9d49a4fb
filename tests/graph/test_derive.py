"""Facts, disagreements, revisions and missed targets: what is found, and above all what is not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from graph import derive, rdf
from graph.claims import Claim, read_claims
from graph.namespaces import EV, Namespace
from graph.paths import HOUSE
from graph.reading import read_document
from graph.register import load_register
from tests.graph.made_up import NAMESPACE, Derived, claim, derived, local, reviewed

CORPUS = HOUSE.parent / "shared" / "corpus"
UNDATED_SEEDS = {"alliance-2030-report": "2022-01", "alliance-start-to-future": "2022-02-08"}


def pair(first: dict[str, object], second: dict[str, object], **common: object) -> list[Claim]:
    """Two claims of two documents that share the `common` keys."""
    return [claim("one", **(common | first)), claim("two", **(common | second))]


def models(first: int, second: int, **common: object) -> list[Claim]:
    return pair({"value": first}, {"value": second}, unit="models", **common)


# --- facts -----------------------------------------------------------------------------------------------------------


def test_a_fact_that_nobody_denies_becomes_a_plain_triple() -> None:
    found = Derived([claim(property="makesModel", object="Nissan Leaf", modality="fact")])
    assert found.facts == {("nissan", "makesModel", "nissan-leaf")}


@pytest.mark.parametrize("modality", ["plan", "report", "negated"])
def test_what_is_no_fact_becomes_none(modality: str) -> None:
    assert Derived([claim(property="makesModel", object="Nissan Leaf", modality=modality)]).facts == set()


def test_a_fact_that_another_document_denies_is_none() -> None:
    claims = pair({"modality": "fact"}, {"modality": "negated"}, property="partnersWith", object="Renault")
    assert Derived(claims).facts == set()
    turned = [claims[0], claim("two", subject="Renault", property="partnersWith", object="Nissan", modality="negated")]
    assert Derived(turned).facts == set()
    assert Derived(turned).kinds == [{"PolarityDisagreement"}]


def test_partners_are_partners_both_ways() -> None:
    found = Derived([claim(property="partnersWith", object="Renault", modality="fact")])
    assert found.facts == {("nissan", "partnersWith", "renault"), ("renault", "partnersWith", "nissan")}


def test_country_and_body_style_are_facts_and_figures_are_not() -> None:
    found = Derived(
        [
            claim(property="country", value="Japan", modality="fact"),
            claim(subject="Nissan Leaf", property="bodyStyle", value="hatchback", modality="fact"),
            claim(value=4, unit="models", modality="fact"),
        ]
    )
    assert found.facts == {("nissan", "country", "japan"), ("nissan-leaf", "bodyStyle", "hatchback")}


def test_a_former_role_is_no_fact_and_the_denial_of_one_role_leaves_the_other() -> None:
    ghosn = {"subject": "Carlos Ghosn", "property": "holdsRole", "object": "Nissan"}
    assert Derived([claim(**ghosn, value="former chairman", modality="fact")]).facts == set()
    both = [
        claim(**ghosn, value="chairman", modality="fact"),
        claim("two", **ghosn, value="president", modality="negated"),
    ]
    assert Derived(both).facts == {("carlos-ghosn", "holdsRole", "nissan")}


# --- speakers, bounds, money -----------------------------------------------------------------------------------------


def test_the_speaker_is_the_named_source_else_the_planner_else_the_publisher() -> None:
    def speaker(**fields: object) -> list[str]:
        found = Derived([claim(value=1, unit="models", **fields)], publishers={"one": "Quartz"})
        return [local(s) for s in found.values("speaker")]

    assert speaker(attribution="Reuters") == ["reuters"]
    assert speaker(modality="plan") == ["nissan"]
    assert speaker(modality="fact") == ["quartz"]


@pytest.mark.parametrize(
    ("bound", "lower", "upper"),
    [(None, ["100"], ["100"]), ("about", ["90"], ["110"]), ("at-least", ["100"], []), ("at-most", [], ["100"])],
)
def test_a_bound_is_an_interval(bound: str | None, lower: list[str], upper: list[str]) -> None:
    found = Derived([claim(value=100, unit="models", bound=bound)])
    assert (found.values("lowerValue"), found.values("upperValue")) == (lower, upper)


def test_money_is_converted_at_the_rate_of_the_documents_year() -> None:
    euros = claim(property="investment", value=1000, unit="EUR")
    dated = Derived([euros], dates={"one": "2022-06"})
    assert dated.values("amountInUSD") == ["1053"]
    assert [r.removeprefix(NAMESPACE.base) for r in dated.values("exchangeRate")] == ["rate/EUR-2022"]
    assert Derived([euros]).values("amountInUSD") == []


# --- disagreements that are there ------------------------------------------------------------------------------------


def test_two_figures_that_cannot_both_be_right_disagree() -> None:
    found = Derived(models(30, 35))
    assert found.kinds == [{"ValueDisagreement"}]
    assert found.values("difference") == ["5"]
    assert found.values("earlier") == []


def test_the_same_figure_in_two_currencies_is_a_matter_of_units_even_without_a_plan() -> None:
    claims = pair({"unit": "USD"}, {"unit": "EUR"}, property="investment", value=23_000_000_000)
    assert Derived(claims).kinds == [{"UnitDisagreement"}]


def test_assertion_and_denial_differ_in_polarity() -> None:
    claims = pair({"modality": "plan"}, {"modality": "negated"}, property="supplies", object="Renault")
    assert Derived(claims).kinds == [{"PolarityDisagreement"}]


def test_a_share_of_sales_can_be_denied_too_but_not_another_share() -> None:
    pledge = {"property": "salesShare", "unit": "percent", "end": "2040"}
    same = pair({"value": 100}, {"value": 100, "modality": "negated"}, **pledge)
    other = pair({"value": 50}, {"value": 100, "modality": "negated"}, **pledge)
    assert Derived(same).kinds == [{"PolarityDisagreement"}]
    assert Derived(other).kinds == []


def test_a_later_statement_of_the_same_speaker_is_a_revision_though_the_plan_differs() -> None:
    claims = pair({"value": 23, "plan": "Ambition"}, {"value": 34, "plan": "The Arc"}, unit="models", end="2030")
    found = Derived(claims, dates={"one": "2021-11-29", "two": "2024-03-25"})
    assert found.kinds == [{"Revision"}]
    first, second = ([q.object.value for q in found.quads if q.predicate.value == EV + p] for p in ("earlier", "later"))
    assert first == [NAMESPACE.claim(claims[0].digest("words that say so"))]
    assert second == [NAMESPACE.claim(claims[1].digest("words that say so"))]


def test_a_target_that_is_raised_within_its_bound_is_a_revision() -> None:
    share = {"property": "salesShare", "unit": "percent", "end": "2030"}
    claims = pair({"value": 50, "bound": "at-least"}, {"value": 60}, **share)
    assert Derived(claims, dates={"one": "2021", "two": "2024"}).kinds == [{"Revision"}]
    assert Derived(claims).kinds == []


def test_a_revision_needs_an_order_of_dates_and_one_speaker() -> None:
    assert Derived(models(23, 34), dates={"one": "2021", "two": "2021-11"}).kinds == [{"ValueDisagreement"}]
    other = pair({"value": 23}, {"value": 34, "attribution": "Reuters"}, unit="models")
    assert Derived(other, dates={"one": "2021", "two": "2024"}).kinds == [{"ValueDisagreement"}]


@pytest.mark.parametrize("dates", [{}, {"one": "2022-01", "two": "2022-02"}, {"one": "2022-03", "two": "2022-02"}])
def test_a_report_against_the_subjects_own_plan_is_superseded_whatever_the_dates(dates: dict[str, str]) -> None:
    claims = pair({"value": 30, "modality": "report", "attribution": "Reuters"}, {"value": 35}, unit="models")
    found = Derived(claims, dates=dates)
    assert found.kinds == [{"ValueDisagreement", "Supersession"}]
    assert found.values("superseded") == [NAMESPACE.claim(claims[0].digest("words that say so"))]


def test_a_report_against_the_dated_fact_is_superseded() -> None:
    claims = pair({"end": "2021", "modality": "report"}, {"end": "2022-05", "modality": "fact"}, property="launch")
    assert Derived(claims).kinds == [{"DateDisagreement", "Supersession"}]


# --- the nine conditions: what must not be called a disagreement -----------------------------------------------------


def test_1_shares_of_two_things() -> None:
    stake = {"property": "holdsStakeIn", "unit": "percent", "modality": "fact"}
    assert Derived(pair({"value": 43, "object": "Nissan"}, {"value": 20, "object": "Verkor"}, **stake)).kinds == []
    assert Derived(pair({"value": 43}, {"value": 20}, object="Renault", **stake)).kinds == [{"ValueDisagreement"}]


@pytest.mark.parametrize(("key", "value"), [("region", "Europe"), ("powertrain", "hybrid")])
def test_2_a_sum_without_region_or_powertrain_means_in_all(key: str, value: str) -> None:
    assert Derived(pair({"value": 30}, {"value": 7, key: value}, unit="models")).kinds == []
    assert Derived(models(30, 7, **{key: value})).kinds == [{"ValueDisagreement"}]


def test_2_the_world_is_no_region_and_places_count_as_a_set() -> None:
    assert Derived(pair({"value": 3, "region": "global"}, {"value": 7}, unit="models")).kinds == [{"ValueDisagreement"}]
    two = pair({"value": 3, "region": "Europe and China"}, {"value": 7, "region": "China"}, unit="models")
    assert Derived(two).kinds == []
    turned = pair({"value": 3, "region": "Europe and China"}, {"value": 7, "region": "China and Europe"}, unit="models")
    assert Derived(turned).kinds == [{"ValueDisagreement"}]


def test_2_for_what_is_no_sum_a_missing_powertrain_means_any() -> None:
    prices = pair({"value": 20_000}, {"value": 30_000, "region": "Europe"}, subject="Nissan Leaf", property="price")
    assert Derived(prices).kinds == [{"ValueDisagreement"}]


def test_3_what_exists_against_what_is_planned() -> None:
    platforms = {"property": "platformCount", "unit": "platforms"}
    for modality in ("plan", "report"):
        claims = pair({"value": 4, "modality": "fact"}, {"value": 5, "modality": modality}, **platforms)
        assert Derived(claims).kinds == []


def test_4_bounds_that_meet() -> None:
    stake = {"property": "holdsStakeIn", "object": "Renault", "unit": "percent", "modality": "fact"}
    assert Derived(pair({"value": 43.4}, {"value": 43, "bound": "about"}, **stake)).kinds == []
    assert Derived(pair({"value": 40, "bound": "at-least"}, {"value": 43}, **stake)).kinds == []
    assert Derived(pair({"value": 50, "bound": "at-least"}, {"value": 43}, **stake)).kinds == [{"ValueDisagreement"}]
    assert Derived(pair({"value": 40, "bound": "at-most"}, {"value": 43}, **stake)).kinds == [{"ValueDisagreement"}]


def test_5_a_coarser_date_that_contains_the_finer_one() -> None:
    launch = {"subject": "Nissan Leaf", "property": "launch", "modality": "fact"}
    assert Derived(pair({"end": "2021"}, {"end": "2021-11-29"}, **launch)).kinds == []
    assert Derived(pair({"end": "2021-10"}, {"end": "2021-11-29"}, **launch)).kinds == [{"DateDisagreement"}]


def test_6_money_that_is_the_same_within_a_tenth() -> None:
    def money(yen: int) -> list[set[str]]:
        plan = {"property": "investment", "plan": "Alliance 2030"}
        claims = pair({"value": 1_000_000_000, "unit": "USD"}, {"value": yen, "unit": "JPY"}, **plan)
        return Derived(claims, dates={"one": "2022", "two": "2022"}).kinds

    assert money(135_000_000_000) == []
    assert money(200_000_000_000) == [{"ValueDisagreement"}]


def test_6_other_units_are_not_compared() -> None:
    capacity = {"property": "productionCapacity", "modality": "fact"}
    assert Derived(pair({"value": 50, "unit": "GWh"}, {"value": 40, "unit": "GWh/year"}, **capacity)).kinds == []
    assert Derived(pair({"value": 50, "unit": "GWh"}, {"value": 50, "unit": "GWh/year"}, **capacity)).kinds == []


@pytest.mark.parametrize("plans", [(None, None), ("Alliance 2030", None), ("Alliance 2030", "The Arc")])
def test_7_money_pledged_to_different_things(plans: tuple[str | None, str | None]) -> None:
    claims = pair({"value": 5, "plan": plans[0]}, {"value": 9, "plan": plans[1]}, property="investment", unit="EUR")
    assert Derived(claims).kinds == []
    assert Derived(claims, dates={"one": "2021", "two": "2022"}).kinds == []


def test_8_two_names_of_one_plan_are_one_plan_and_two_plans_are_two() -> None:
    money = {"property": "investment", "unit": "EUR"}
    alias = pair({"value": 5, "plan": "Alliance 2030"}, {"value": 9, "plan": "Alliance to 2030"}, **money)
    assert Derived(alias).kinds == [{"ValueDisagreement"}]
    counts = pair({"value": 5, "plan": "Alliance 2030"}, {"value": 9, "plan": "The Arc"}, unit="models")
    assert Derived(counts).kinds == []


def test_9_a_denial_with_another_qualifier_or_of_another_thing() -> None:
    denied = {"property": "usesBattery", "subject": "Nissan Leaf"}
    other = pair({"object": "Ultium"}, {"object": "Blade Battery", "modality": "negated"}, **denied)
    version = pair({"powertrain": "hybrid"}, {"powertrain": "battery-electric", "modality": "negated"}, object="Ultium")
    assert Derived(other).kinds == []
    assert Derived([claim(c.document, **_without(c) | denied) for c in version]).kinds == []


def _without(one: Claim) -> dict[str, object]:
    return {k: v for k, v in one.as_dict().items() if k not in {"document", "end_char"}}


# --- further false alarms --------------------------------------------------------------------------------------------


def test_one_document_does_not_disagree_with_itself() -> None:
    assert Derived([claim(value=30, unit="models"), claim(value=35, unit="models")]).kinds == []


def test_fifteen_electric_models_among_twenty_three_electrified_ones_are_no_disagreement() -> None:
    claims = pair(
        {"value": 15, "powertrain": "battery-electric"}, {"value": 23, "powertrain": "electrified"}, unit="models"
    )
    assert Derived(claims).kinds == []


def test_targets_for_two_years_do_not_disagree_also_where_one_is_a_length_of_time() -> None:
    assert Derived(pair({"value": 10, "end": "2025"}, {"value": 30, "end": "2030"}, unit="models")).kinds == []
    span = pair({"value": 20, "duration_years": 5}, {"value": 23, "end": "2030"}, unit="models")
    assert Derived(span, dates={"one": "2021", "two": "2024"}).kinds == []


def test_a_document_that_recalls_the_old_figure_beside_the_new_agrees_with_both() -> None:
    claims = [*models(30, 30), claim("two", value=15, unit="models")]
    assert Derived(claims, dates={"one": "2021", "two": "2022"}).kinds == []


# --- missed targets --------------------------------------------------------------------------------------------------


LEAF_FACT = {
    "subject": "Nissan Leaf", "property": "salesVolume", "value": 500_000, "unit": "vehicles", "bound": "at-least",
    "modality": "fact",
}  # fmt: skip
LEAF_AIM = {
    "property": "salesVolume", "value": 500_000, "unit": "vehicles", "end": "2012", "powertrain": "battery-electric",
}  # fmt: skip


def test_a_target_that_was_reached_years_later_is_missed_and_no_disagreement() -> None:
    found = Derived([claim(**LEAF_AIM), claim(**LEAF_FACT, end="2020")])
    assert found.kinds == [{"MissedTarget"}]
    assert found.values("yearsLate") == ["8"]


@pytest.mark.parametrize("fact", [{"end": "2012"}, {}, {"end": "2020", "region": "Europe"}])
def test_a_target_that_was_met_or_whose_outcome_is_unknown_is_not_missed(fact: dict[str, str]) -> None:
    assert Derived([claim(**LEAF_AIM), claim(**LEAF_FACT, **fact)]).kinds == []


def test_a_target_that_an_earlier_fact_shows_as_met_is_not_missed() -> None:
    sooner = claim(**{**LEAF_FACT, "value": 600_000}, end="2011")
    assert Derived([claim(**LEAF_AIM), claim(**LEAF_FACT, end="2020"), sooner]).kinds == []


# --- as a whole ------------------------------------------------------------------------------------------------------


def test_the_same_claims_give_the_same_quads_and_deriving_twice_adds_nothing() -> None:
    claims = [*models(30, 35), claim(property="partnersWith", object="Renault", modality="fact")]
    first, second = Derived(claims), Derived(claims[::-1])
    assert first.graphs == second.graphs
    assert derived(first.store) == first.graphs


def test_a_moved_base_moves_the_nodes_and_keeps_their_digests() -> None:
    here, there = (_disagreement(Namespace(base)) for base in (NAMESPACE.base, "http://localhost/x/"))
    assert here.rpartition("/")[2] == there.rpartition("/")[2]
    assert there.startswith("http://localhost/x/disagreement/")


def _disagreement(namespace: Namespace) -> str:
    from tests.graph.made_up import REGISTER, document

    names, store = rdf.NameResolver(REGISTER, namespace), Store()
    for one in models(30, 35):
        store.extend(rdf.document_quads(document(one.document), [reviewed(one)], names))
    graph = namespace.graph("derived")
    return next(q.subject.value for q in derived(store, namespace)[graph] if q.predicate.value == EV + "involves")


@pytest.mark.parametrize("rule", sorted(derive.RULES.glob("*.rq")), ids=lambda p: p.stem)
def test_each_rule_begins_by_saying_what_it_finds(rule: Path) -> None:
    assert rule.read_text(encoding="utf-8").startswith("# ")


def test_every_rule_is_run() -> None:
    code = Path(derive.__file__).read_text(encoding="utf-8")
    assert [p.stem for p in sorted(derive.RULES.glob("*.rq")) if f'"{p.stem}"' not in code] == []


# --- the gold claims -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gold() -> list[Quad]:
    """What follows from the gold claims of all source documents."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not at hand")
    names, store = rdf.NameResolver(load_register(), NAMESPACE), Store()
    store.extend(rdf.register_quads(NAMESPACE))
    from dataclasses import replace

    for path in sorted(CORPUS.glob("*/*.claims.jsonl")):
        slug = path.name.removesuffix(".claims.jsonl")
        source = read_document(next(p for e in (".md", ".txt") if (p := path.with_name(slug + e)).is_file()))
        source = replace(source, date=source.date or UNDATED_SEEDS.get(slug))
        store.extend(rdf.document_quads(source, [reviewed(c) for c in read_claims(path)], names))
    return derived(store)[NAMESPACE.graph("derived")]


def test_the_gold_claims_give_few_disagreements(gold: list[Quad]) -> None:
    kinds = rdf.count_types(gold)
    del kinds["ExchangeRate"]
    assert kinds == Counter(
        Disagreement=8, Supersession=5, Revision=3, ValueDisagreement=2, UnitDisagreement=2, DateDisagreement=1,
        MissedTarget=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ValueDisagreement", ("30 battery-electric models", "35 battery-electric models")),
        ("UnitDisagreement", ("23 billion US dollars", "23 billion euros")),
        ("Revision", ("23 electrified models", "34 electrified models")),
        ("Revision", ("50 percent of its sales with electrified", "60 percent of its sales with electrified")),
        ("MissedTarget", ("500,000 vehicles (battery-electric) worldwide by 2012", "Leaf sold at least 500,000")),
    ],
)
def test_the_gold_claims_show_what_the_sources_are_known_for(
    gold: list[Quad], kind: str, words: tuple[str, str]
) -> None:
    nodes = {q.subject for q in gold if q.object == NamedNode(EV + kind)}
    labels = [q.object.value for q in gold if q.subject in nodes and q.predicate.value.endswith("label")]
    assert any(all(word in label for word in words) for label in labels), labels
