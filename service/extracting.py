"""`evplans extract`: the claims of documents on standard output, or an account of how they were read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.settings import Settings
from service.telling import settings, told

if TYPE_CHECKING:
    from graph.extraction.model import Extractor


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--explain",
    is_flag=True,
    help="Say why: rule, names, subject and qualifiers of each claim, and what is missing where a figure became none.",
)
def extract(files: tuple[Path, ...], explain: bool) -> None:
    """Print the claims of documents as JSON Lines. Claims files beside documents are passed over.

    With EVPLANS_LLM_URL and EVPLANS_LLM_MODEL a language model is asked about passages in which the rules find nothing;
    the verifier lets through what the text says.
    """
    from graph.claims import to_json_lines
    from graph.extraction.explain import explain as account
    from graph.reading import UnreadableDocument, read_document
    from service.summary import explained, refused

    extractor = _extractor(settings())
    failed = False
    for path in files:
        if path.name.endswith(".jsonl"):
            continue
        try:
            extraction = extractor.run(read_document(path))
        except UnreadableDocument as error:
            click.echo(f"evplans: {error}", err=True)
            failed = True
            continue
        for note in extraction.notes:
            click.echo(f"{path}: {note}", err=True)
        if explain:
            click.echo(explained(account(extraction, extractor)))
        else:
            for rejection in extraction.rejected:
                click.echo(f"{path}:{refused(rejection)}", err=True)
            click.echo(to_json_lines(c.claim for c in extraction.found), nl=False)
    sys.exit(failed)


def _extractor(chosen: Settings) -> Extractor:
    """The rules, and behind them the model where one is set."""
    from graph.extraction.pipeline import JudgedExtractor
    from graph.extraction.second import ModelExtractor
    from graph.register import load_register

    with told():
        rules = JudgedExtractor(load_register())
    return ModelExtractor(rules, chosen.model, chosen.data / "answers") if chosen.model else rules
