"""`evplans learn`: what recogniser and judge know, learnt anew from gold."""

from __future__ import annotations

from pathlib import Path

import click

from service.telling import told


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--judge",
    "judging",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder that no rule was written on; the judge learns from such alone how far to trust the rules.",
)
def learn(folders: tuple[Path, ...], judging: tuple[Path, ...]) -> None:
    """Learn to recognise claims from folders of documents with *.claims.jsonl beside them, and keep the weights.

    Needs the extra "learn" (scikit-learn); what it writes is read without it.
    """
    from graph.extraction.learned.weights import FILE, write
    from graph.register import load_register

    with told():
        from graph.extraction.learned.training import learnt

        write(learnt(folders, judging, load_register()))
    click.echo(f"wrote {FILE}", err=True)
