"""`evplans dump` and `evplans load`: the dataset as files, and back."""

from __future__ import annotations

from pathlib import Path

import click

from graph.namespaces import Namespace
from service.telling import settings, told


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--format", "form", default="nquads", type=click.Choice(["nquads", "trig"]), show_default=True)
def dump(folder: Path, form: str) -> None:
    """Write the published dataset to a folder: a file for each graph, the texts, and checksums."""
    from graph.dumping import dump as write
    from graph.publish import current_build
    from graph.store import StoreError

    chosen = settings()
    with told():
        home = current_build(chosen.data)
        if home is None:
            raise StoreError(f"{chosen.data}: nothing was built there; run `evplans build`")
        for path in write(home, folder, form):
            click.echo(str(path))


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="FOLDER|FILE")
def load(source: Path) -> None:
    """Publish a dumped dataset, or the quads of a file, in place of the current one."""
    from graph.dumping import load as read

    chosen = settings()
    with told():
        build = read(chosen.data, Namespace(chosen.base), source)
    click.echo(f"build {build} is current", err=True)
