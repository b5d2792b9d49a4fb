"""The account of a reading: where a claim's parts come from, and for each figure without a claim why it has none."""

from __future__ import annotations

from graph.extraction.explain import Explanation, explain
from graph.extraction.pipeline import RuleExtractor
from graph.reading import Document
from graph.register import load_register
from service.summary import explained

RULES = RuleExtractor(load_register())
TEXT = """# Kia sets its course

In Europe, Kia wants electric cars to make up 80 percent of its sales by 2035. It spent $3 billion (€2.8 billion) on a
plant, which took 40 months of work and 7 of waiting. Net profit was $2 billion.

In Europe, Kia wants electric cars to make up 80 percent of its sales by 2035. That is what its boss says again.

Read more: Ten electric cars that cost less than $30,000
"""


def account(text: str = TEXT, language: str = "en") -> Explanation:
    document = Document(
        slug="t", text=text, media_type="text/markdown", digest="", date="2022-06-15", language=language
    )
    return explain(RULES.run(document), RULES)


def test_each_claim_names_its_rule_its_names_its_subject_and_the_words_of_its_qualifiers() -> None:
    told = account()
    [share] = [c for c in told.claims if c.found.claim.property == "salesShare"]
    assert share.mentions == ("Europe = Europe (Market)", "Kia = Kia (Automaker, Brand)") or "Kia" in share.mentions[1]
    sources = "\n".join(share.sources)
    assert "end 2035: “by 2035” at" in sources
    assert "region Europe: “Europe” at" in sources
    assert "powertrain battery-electric: “electric" in sources
    assert "modality plan: “wants” at" in sources
    printed = explained(told)
    assert f"rule {share.found.rule}, confidence 0." in printed
    assert "subject: " in printed


def test_every_sentence_with_a_figure_has_a_claim_or_a_reason() -> None:
    told = account()
    why = {one.text: one.why for one in told.unclaimed}
    profit = next(reason for text, reason in why.items() if "Net profit" in text)
    assert "2,000,000,000 USD" in profit
    again = next(reason for text, reason in why.items() if text.startswith("In Europe"))
    assert "repeats" in again or "says again" in again
    assert "teaser" in next(reason for text, reason in why.items() if text.startswith("Read more"))
    assert all(TEXT[one.start : one.end].split() == one.text.split() for one in told.unclaimed)
    quoted = [(c.found.claim.start_char, c.found.claim.end_char) for c in told.claims]
    assert not [u for u in told.unclaimed if any(s < u.end and u.start < e for s, e in quoted)]


def test_what_a_rule_forbids_is_named() -> None:
    [one] = account("Ford spent $3 billion on a fine.\n").unclaimed
    assert one.why == "3,000,000,000 USD would fit rule investment.verb but for “fine”"


def test_a_figure_of_nobody_is_said_to_lack_a_subject() -> None:
    [one] = account("A battery with 60 kWh of capacity costs less.\n").unclaimed
    assert one.why == "60 kWh fits rule battery.capacity, but no subject or date for it is found"


def test_a_document_that_is_not_read_has_no_account_but_its_note() -> None:
    told = account(language="de")
    assert (told.claims, told.unclaimed) == ((), ())
    assert told.extraction.notes
