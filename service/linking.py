"""The commands that link: to other datasets, facts from them, and tables with our entities."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from service.telling import settings, told

FILE = click.Path(dir_okay=False, path_type=Path)
RELATIONS = ("exactMatch", "closeMatch", "broadMatch")  # as in graph.linking.decisions, which is slow to import


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def _user() -> str:
    """Who runs this; a container's user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@click.command()
@click.option("--to", "chosen", metavar="TARGET|URL", help="wikidata, dbpedia, geonames, or a SPARQL endpoint.")
@click.option("--endpoint", default="", metavar="URL", help="Ask this address instead of the target's own.")
@click.option("--kind", metavar="KIND", help="Only entities of this kind, such as brand or vehicle model.")
@click.option("--threshold", type=click.FloatRange(0, 1), help="Score from which a link is proposed.")
@click.option("--many", is_flag=True, help="Let several entities be linked with one thing of the target.")
@click.option("--again", is_flag=True, help="Search again what was not searched today.")
@click.option("--review", "mode", flag_value="review", help="Decide on proposals, one by one.")
@click.option("--accept", metavar="ID", help="Accept this proposal.")
@click.option("--reject", metavar="ID", help="Reject this proposal, for good.")
@click.option("--as", "relation", type=click.Choice(RELATIONS), help="What is meant by accepting; else as proposed.")
@click.option("--by", default=_user, metavar="NAME", help="Who decides.", show_default="the user's name")
@click.option("--check", "mode", flag_value="check", help="Ask the target whether reviewed links still hold.")
@click.option("--quality", "mode", flag_value="quality", help="Hide reviewed links, search them again, and measure.")
@click.option("--calibrate", "mode", flag_value="calibrate", help="Fit the weights on half of the reviewed links.")
def link(  # noqa: PLR0913, PLR0917
    chosen: str | None, endpoint: str, kind: str | None, threshold: float | None, many: bool, again: bool,
    mode: str | None, accept: str | None, reject: str | None, relation: str | None, by: str,
) -> None:  # fmt: skip
    """Find the entities in another dataset, and review what was found.

    Without --to, --review, --accept and --reject look at the proposals of all targets.
    """
    from service.linkwork import Work

    deciding = mode == "review" or accept or reject
    if not chosen and not deciding:
        raise click.UsageError("say what to link to: --to wikidata, dbpedia, geonames or an endpoint's address")
    with told():
        work = Work(settings(), chosen, endpoint, kind, threshold, not many)
        if accept or reject:
            click.echo(work.decide(accept or reject or "", "accept" if accept else "reject", relation, by, today()))
        elif mode == "review":
            work.review(relation, by, today())
        elif mode == "check":
            sys.exit(work.check())
        elif mode == "quality":
            work.quality()
        elif mode == "calibrate":
            work.calibrate(today())
        else:
            work.search(today(), again)


@click.command()
@click.option("--from", "source", required=True, metavar="SOURCE", help="Where the facts come from: wikidata.")
@click.option("--endpoint", default="", metavar="URL", help="Ask this address instead of the source's own.")
@click.option("--offline", is_flag=True, help="Fetch nothing; show what was fetched before.")
def enrich(source: str, endpoint: str, offline: bool) -> None:
    """Fetch chosen facts about linked entities into a graph of their own, and show where they differ from ours."""
    from service.linkwork import Work

    with told():
        Work(settings(), source, endpoint).enrich(today(), offline)


@click.command()
@click.argument("table", type=click.Path(path_type=Path), metavar="TABLE.csv")
@click.option("--column", required=True, metavar="NAME", help="The column with the names.")
@click.option("--type", "kind", metavar="KIND", help="What the names stand for, such as brand or vehicle model.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file; one that ends in .ttl gets Turtle.",
)
def match(table: Path, column: str, kind: str | None, out: Path | None) -> None:
    """Match a table's names with our entities, and write it back as CSV with their IRIs, labels and scores."""
    from service.linkwork import match_table

    with told():
        turtle = out is not None and out.suffix == ".ttl"
        text, summary = match_table(settings(), table, column, kind, turtle)
        if out:
            draft = out.with_name(f".{out.name}.draft")
            draft.write_text(text, encoding="utf-8")
            draft.replace(out)
        else:
            click.echo(text, nl=False)
    click.echo(summary, err=True)
