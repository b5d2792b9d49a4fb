"""Settings: the documented defaults, and one clear line for a value that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import SETTINGS, SettingError, Settings


def test_the_defaults_are_those_that_are_documented() -> None:
    chosen = Settings.read({})
    assert chosen.base == "https://w3id.org/evplans/"
    assert chosen.data == Path("data")
    assert (chosen.host, chosen.port) == ("127.0.0.1", 8000)
    assert (chosen.token, chosen.store, chosen.query_timeout, chosen.service_allow) == (None, None, 30.0, ())


def test_every_setting_is_read() -> None:
    given = {
        "EVPLANS_BASE": "https://example.org/",
        "EVPLANS_DATA": "/tmp/d",
        "EVPLANS_HOST": "::1",
        "EVPLANS_PORT": "0",
        "EVPLANS_TOKEN": "secret",
        "EVPLANS_STORE": "http://127.0.0.1:1/sparql",
        "EVPLANS_STORE_UPDATE": "http://127.0.0.1:1/update",
        "EVPLANS_STORE_GRAPHS": "http://127.0.0.1:1/store",
        "EVPLANS_STORE_USER": "somebody",
        "EVPLANS_STORE_PASSWORD": "secret",
        "EVPLANS_EXECUTOR": "dask://127.0.0.1:1",
        "EVPLANS_LLM_URL": "http://127.0.0.1:1/v1",
        "EVPLANS_LLM_MODEL": "small",
        "EVPLANS_LLM_KEY": "secret",
        "EVPLANS_QUERY_TIMEOUT": "0.5",
        "EVPLANS_SERVICE_ALLOW": "https://a.example/sparql  https://b.example/sparql",
    }
    assert set(given) == {s.name for s in SETTINGS}
    chosen, plain = Settings.read(given), Settings.read({})
    assert all(getattr(chosen, name) != getattr(plain, name) for name in Settings.__dataclass_fields__)
    assert chosen.service_allow == ("https://a.example/sparql", "https://b.example/sparql")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVPLANS_PORT", "http"),
        ("EVPLANS_STORE", "localhost/sparql"),
        ("EVPLANS_STORE_GRAPHS", "file:///tmp/x"),
        ("EVPLANS_EXECUTOR", "tcp://127.0.0.1:1"),
        ("EVPLANS_PORT", "70000"),
        ("EVPLANS_QUERY_TIMEOUT", "0"),
        ("EVPLANS_QUERY_TIMEOUT", "nan"),
        ("EVPLANS_BASE", "w3id.org/evplans/"),
        ("EVPLANS_BASE", "https://w3id.org/evplans"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^{name} is '{value}'"):
        Settings.read({name: value})
