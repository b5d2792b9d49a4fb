"""The command line, an interface like HTTP: it reads settings, calls `graph` and prints."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from graph.namespaces import Namespace
from graph.store.remote import Remote
from service.bench.command import bench
from service.extracting import extract
from service.files import dump, load
from service.learning import learn
from service.linking import enrich, link, match
from service.settings import SETTINGS, Settings
from service.telling import settings, told

QUERY_FORMATS = ("table", "json", "csv", "tsv", "xml", "turtle", "ntriples", "rdfxml", "jsonld")


def _build(chosen: Settings) -> None:
    from graph.build import build as run
    from service.summary import ProgressBar, print_summary

    with told(), ProgressBar() as bar:
        summary = run(chosen.data, Namespace(chosen.base), bar, chosen.means)
    print_summary(summary)


def _deliver(chosen: Settings, remote: Remote) -> None:
    """Bring the current build to a store that lacks it, or a part of it."""
    from graph.publish import current_build, exclusive, graph_digests, read_manifest
    from graph.store.delivery import deliver
    from graph.store.embedded import open_store
    from service.summary import ProgressBar

    with told(), exclusive(chosen.data), ProgressBar() as bar:
        home = current_build(chosen.data)
        if home is not None:
            graphs = graph_digests(read_manifest(home))
            deliver(remote, Namespace(chosen.base), graphs, open_store(home / "store"), bar)


def _change(chosen: Settings, enter: Sequence[Path] = (), leave: Sequence[str] = ()) -> None:
    from graph.build import change as run
    from service.summary import ProgressBar, print_summary

    with told(), ProgressBar() as bar:
        summary = run(chosen.data, Namespace(chosen.base), enter, leave, bar, chosen.means)
    print_summary(summary)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings: " + ", ".join(s.name for s in SETTINGS),
)
@click.version_option(package_name="evplans")
def main() -> None:
    """Car makers' electric-vehicle plans as a knowledge graph of claims, each tied to the words it came from."""


@main.command()
@click.option("--if-needed", is_flag=True, help="Only when sources or code are newer than the current build.")
def build(if_needed: bool) -> None:
    """Read, extract, validate and publish the dataset."""
    from graph.build import needs_build

    chosen = settings()
    if not if_needed or needs_build(chosen.data):
        _build(chosen)
    elif chosen.remote:
        _deliver(chosen, chosen.remote)


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|URL...")
def ingest(sources: tuple[str, ...]) -> None:
    """Add documents to the data folder and publish the dataset with them."""
    from graph.ingest import keep

    chosen = settings()
    with told():
        kept = [path for source in sources for path in keep(source, chosen.data)]
    for path in kept:
        click.echo(f"kept {path}", err=True)
    _change(chosen, enter=kept)


@main.command()
@click.argument("documents", nargs=-1, required=True)
def remove(documents: tuple[str, ...]) -> None:
    """Withdraw ingested documents and publish the dataset without them."""
    from graph.ingest import withdraw

    chosen = settings()
    with told():
        for document in documents:
            withdraw(document, chosen.data)
    _change(chosen, leave=documents)


@main.command()
@click.argument("document", type=click.Path(path_type=Path))
@click.option("--gold", type=click.Path(exists=True, path_type=Path), help="Take the decisions from this claims file.")
def review(document: Path, gold: Path | None) -> None:
    """Decide on a document's claims: one by one, or all at once from a file of reviewed claims."""
    from graph.claims import read_claims
    from graph.extraction.pipeline import extract as run
    from graph.reading import read_document
    from graph.register import load_register
    from graph.review import read_review, review_from_gold, write_review
    from service.reviewing import decide

    with told():
        read = read_document(document)
        extraction = run(read, load_register())
        path = document.with_name(f"{read.slug}.review.jsonl")
        if gold:
            decided = review_from_gold(extraction, list(read_claims(gold)))
        else:
            decided = decide(extraction, read_review(path))
        write_review(path, decided)
    click.echo(f"wrote {path}", err=True)


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE...]")
@click.option("--turtle", is_flag=True, help="Print the report as RDF.")
def validate(files: tuple[Path, ...], turtle: bool) -> None:
    """Validate the published dataset, or RDF files, against the shapes. Exit code 1 when a shape is violated."""
    from graph.publish import current_build
    from graph.store.embedded import open_store
    from graph.validation import read_rdf, validate_dataset

    chosen = settings()
    with told():
        if files:
            report = validate_dataset(read_rdf(files))
        else:
            report = validate_dataset(open_store((current_build(chosen.data) or chosen.data / "current") / "store"))
    click.echo(report.as_turtle() if turtle else report.as_text())
    sys.exit(not report.conforms)


@main.command()
@click.argument("query")
@click.option(
    "--format",
    "form",
    default="table",
    type=click.Choice(QUERY_FORMATS),
    help="How to print the answer.",
    show_default=True,
)
def query(query: str, form: str) -> None:
    """Ask the published dataset: QUERY is a query, a file, or the name of a stored question."""
    from service.querying import ask

    chosen = settings()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine would finish its query first
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` has seen enough
    with told():
        ask(query, form, chosen, sys.stdout.buffer)


@main.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--errors", is_flag=True, help="List the claims that were missed and those that are wrong.")
@click.option(
    "--confidence", is_flag=True, help="Keep each rule's precision on all this gold, as claims are to bear it."
)
def evaluate(folders: tuple[Path, ...], errors: bool, confidence: bool) -> None:
    """Extract the documents of folders and score the claims against the *.claims.jsonl beside them."""
    from graph.extraction.evaluate import evaluate_folder, write_confidence
    from graph.register import load_register

    with told():
        register = load_register()
        for folder in folders:
            click.echo(evaluate_folder(folder, register, errors=errors))
        if confidence:
            click.echo(f"wrote {write_confidence(folders, register)}", err=True)


@main.command()
def lint() -> None:
    """Check rules and lexicon: every pattern compiles, every example yields its claim, nothing is dead."""
    from graph.extraction.lint import lint as problems

    found = problems()
    for problem in found:
        click.echo(problem, err=True)
    click.echo(f"{len(found)} problems in rules and lexicon")
    sys.exit(bool(found))


@main.command()
@click.option("--scratch", is_flag=True, help="Serve an empty writable dataset with no build behind it.")
def serve(scratch: bool) -> None:
    """Serve the published dataset over HTTP."""
    from service.server import serve as run

    with told():
        run(settings(), scratch=scratch)


for command in (bench, extract, learn, link, enrich, match, dump, load):
    main.add_command(command)


if __name__ == "__main__":
    main()
