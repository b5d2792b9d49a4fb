"""Settings as data: name, default and meaning, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.extraction.asking import AskingError, Endpoint
from graph.means import DASK, Means
from graph.namespaces import DEFAULT_BASE
from graph.store.remote import Address, Remote, check_address


class SettingError(ValueError):
    """A setting that cannot be used; the message names it, its value and what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the environment, its default there, and what it means."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("EVPLANS_BASE", DEFAULT_BASE, "base IRI of entities, documents, claims and graphs"),
    Setting("EVPLANS_DATA", "./data", "folder of the builds and of users' graphs"),
    Setting("EVPLANS_HOST", "127.0.0.1", "address to serve on"),
    Setting("EVPLANS_PORT", "8000", "port to serve on"),
    Setting("EVPLANS_TOKEN", "", "bearer token for writes; without it there are none"),
    Setting("EVPLANS_STORE", "", "query address of a SPARQL 1.1 server to use instead of the embedded store"),
    Setting("EVPLANS_STORE_UPDATE", "", "its address for updates, if graphs are to be published by those"),
    Setting("EVPLANS_STORE_GRAPHS", "", "its address for the Graph Store Protocol, by which graphs are published"),
    Setting("EVPLANS_STORE_USER", "", "user name there"),
    Setting("EVPLANS_STORE_PASSWORD", "", "password there"),
    Setting("EVPLANS_EXECUTOR", "", "Dask scheduler that prepares documents, dask://host:port; else this machine does"),
    Setting("EVPLANS_QUERY_TIMEOUT", "30", "seconds that a query may take"),
    Setting("EVPLANS_LLM_URL", "", "base address of an OpenAI-compatible model that `extract` may ask; none is asked"),
    Setting("EVPLANS_LLM_MODEL", "", "the model's name there"),
    Setting("EVPLANS_LLM_KEY", "", "the key that it asks for"),
    Setting("EVPLANS_SERVICE_ALLOW", "", "addresses that SERVICE and LOAD may ask, separated by spaces"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force, in their own types. `query_timeout` is in seconds."""

    base: str
    data: Path
    host: str
    port: int
    token: str | None
    store: Address | None
    executor: str | None
    model: Endpoint | None
    query_timeout: float
    service_allow: tuple[str, ...]

    @property
    def remote(self) -> Remote | None:
        """The store that is used instead of the embedded one, not asked yet."""
        return Remote(self.store, self.query_timeout) if self.store else None

    @property
    def means(self) -> Means:
        """With what builds are made."""
        return Means(self.remote, self.executor)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this environment (default: the process's). Raises SettingError."""
        given = os.environ if environment is None else environment
        value = {s.name: given.get(s.name) or s.default for s in SETTINGS}
        base = value["EVPLANS_BASE"]
        if not base.startswith(("http://", "https://")) or not base.endswith("/"):
            raise SettingError(f"EVPLANS_BASE is {base!r}: give an http(s) address that ends in a slash")
        port = _number("EVPLANS_PORT", value["EVPLANS_PORT"], int, 0, 65535)
        timeout = _number("EVPLANS_QUERY_TIMEOUT", value["EVPLANS_QUERY_TIMEOUT"], float, 0.001, 86400)
        return cls(
            base=base,
            data=Path(value["EVPLANS_DATA"]),
            host=value["EVPLANS_HOST"],
            port=int(port),
            token=value["EVPLANS_TOKEN"] or None,
            store=_store(value),
            executor=_executor(value["EVPLANS_EXECUTOR"]),
            model=_model(value),
            query_timeout=timeout,
            service_allow=tuple(value["EVPLANS_SERVICE_ALLOW"].split()),
        )


def _model(value: Mapping[str, str]) -> Endpoint | None:
    """The language model that may be asked. Raises SettingError for no address, or one without a model's name."""
    url, name = value["EVPLANS_LLM_URL"], value["EVPLANS_LLM_MODEL"]
    if not url:
        return None
    if not name:
        raise SettingError("EVPLANS_LLM_MODEL is not set: name the model that EVPLANS_LLM_URL is to use")
    try:
        return Endpoint(url, name, value["EVPLANS_LLM_KEY"] or None)
    except AskingError as error:
        raise SettingError(f"EVPLANS_LLM_URL is {url!r}: give an http(s) address such as https://host/v1") from error


def _store(value: Mapping[str, str]) -> Address | None:
    """The store to use instead of the embedded one. Raises SettingError for what is no address."""
    for name in ("EVPLANS_STORE", "EVPLANS_STORE_UPDATE", "EVPLANS_STORE_GRAPHS"):
        if value[name] and (reason := check_address(value[name])):
            raise SettingError(f"{name} is {value[name]!r}: {reason}")
    if not value["EVPLANS_STORE"]:
        return None
    return Address(
        query=value["EVPLANS_STORE"],
        update=value["EVPLANS_STORE_UPDATE"] or None,
        graphs=value["EVPLANS_STORE_GRAPHS"] or None,
        user=value["EVPLANS_STORE_USER"] or None,
        password=value["EVPLANS_STORE_PASSWORD"] or None,
    )


def _executor(text: str) -> str | None:
    """The address of a scheduler. Raises SettingError."""
    if text and not text.startswith(DASK):
        raise SettingError(f"EVPLANS_EXECUTOR is {text!r}: give {DASK}host:port")
    return text or None


def _number(name: str, text: str, kind: type[int] | type[float], low: float, high: float) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = kind(-1)
    if not low <= number <= high:
        raise SettingError(f"{name} is {text!r}: give a number from {low:g} to {high:g}")
    return number
