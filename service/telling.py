"""How the command line reads its settings and tells what went wrong: one line, exit code 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from service.settings import SettingError, Settings


class Failure(click.ClickException):
    """What went wrong, in one line on standard error, with exit code 1."""

    def show(self, file: object = None) -> None:
        click.echo(f"evplans: {self.format_message()}", err=True)


@contextmanager
def told() -> Iterator[None]:
    """Turn the errors that users can mend into one line each."""
    from graph.build import BuildError
    from graph.claims import ClaimError
    from graph.linking import LinkingError
    from graph.publish import PublishError
    from graph.reading import UnreadableDocument
    from graph.register import RegisterError
    from graph.review import ReviewError
    from graph.store.embedded import StoreError
    from graph.terms import TurtleError
    from service.querying import QueryError

    try:
        yield
    except (
        BuildError, ClaimError, PublishError, UnreadableDocument, RegisterError, ReviewError, SettingError, StoreError,
        TurtleError, QueryError, LinkingError,
    ) as error:  # fmt: skip
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{error.filename or 'system'}: {error.strerror or error}") from error


def settings() -> Settings:
    """The settings of this environment; one line and exit code 1 where one cannot be used."""
    with told():
        return Settings.read()
