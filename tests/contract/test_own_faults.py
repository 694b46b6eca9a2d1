"""A mistake on our own side is said at once: no further attempt, nothing billed, and the message names what to mend."""

import os

import pytest

from core.engines.gemini import GeminiAccount
from core.errors import ConfigurationError, InvalidApiKeyError, InvalidRequestError
from tests.contract.conftest import request

ADDRESSES = [
    *("ftp://127.0.0.1", "http://", "not a url", "127.0.0.1:9", "//host"),
    *("http://127.0.0.1:99999", "http://127.0.0.1:x", "http://127.0.0.1:0", "http://[::1", "http://a b", "http://\x00"),
]


@pytest.fixture
def proxied(monkeypatch) -> pytest.MonkeyPatch:
    """An environment whose proxies count for the stand-in too."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    return monkeypatch


@pytest.mark.parametrize("key", ["schlüssel-ключ", "abc\ndef", "abc\x01def", "abc def", " ", "key\u200b"])
def test_a_key_that_cannot_be_sent(key):
    """A key with a character that no key has is refused before any call, without being shown."""
    with pytest.raises(InvalidApiKeyError, match="GEMINI_API_KEY") as caught:
        GeminiAccount(api_key=key)
    assert key == " " or key not in caught.value.message


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_is_none(url):
    """An address that cannot work is a wrong setting, named before any call."""
    with pytest.raises(ConfigurationError, match="GOOGLE_GEMINI_BASE_URL"):
        GeminiAccount(api_key="k", base_url=url)


@pytest.mark.parametrize(
    "url", ["https://host.example", "http://127.0.0.1:8099/", "http://[::1]:80/v1", "HTTPS://Host"]
)
def test_addresses_that_may_be(url):
    """Addresses with and without port, path and capitals are taken."""
    assert GeminiAccount(api_key="k", base_url=url).base_url == url


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"project": "castle?x"}, "GOOGLE_CLOUD_PROJECT"),
        ({"project": "../castle"}, "GOOGLE_CLOUD_PROJECT"),
        ({"project": "castle", "location": "evil.example/"}, "GOOGLE_CLOUD_LOCATION"),
    ],
)
def test_a_project_or_location_that_is_none(values, name):
    """A project or location that would change the address of a call is refused by its setting's name."""
    with pytest.raises(ConfigurationError, match=name):
        GeminiAccount(use_enterprise=True, **values)


@pytest.mark.parametrize(
    "model", ["", "../x", "model..", "x?key=1", "x y", "x#q", "x&y", "x%2e", "x\n", "x\x1b[31m", "modèle", "x\ud800"]
)
def test_a_name_that_is_no_model(make, server, observer, model):
    """A name that cannot be a model's is refused without an attempt, and the message speaks of the model alone."""
    with pytest.raises(InvalidRequestError, match="throughline models") as caught:
        make(request(model=model))
    assert "GOOGLE_GEMINI_BASE_URL" not in caught.value.message
    assert caught.value.message.isprintable()
    assert observer.estimates == []
    assert server.requests == []


def test_names_with_a_path_are_models(make, server):
    """A tuned or published model's name, with slashes, goes to the service."""
    with pytest.raises(InvalidRequestError, match='no model "tunedModels/castle-1"'):
        make(request(model="tunedModels/castle-1"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("error", [ValueError("v"), TypeError("t"), UnicodeEncodeError("ascii", "ü", 0, 1, "r")])
def test_any_fault_while_a_request_is_built(make, server, observer, monkeypatch, error):
    """Whatever goes wrong before the request leaves is ours: asked once, not billed, no answer is blamed."""

    def fail(wanted):
        raise error

    monkeypatch.setattr("core.engines.gemini.service.write_parts", fail)
    with pytest.raises(InvalidRequestError, match="cannot be sent"):
        make()
    assert [report.may_be_billed for report in observer.reports] == [False]
    assert server.requests == []


def test_a_request_that_breaks_http(make, server, observer, monkeypatch):
    """A header that HTTP forbids is our own fault, found by the network library: asked once, not billed."""
    from google import genai

    connect = genai.Client

    def with_a_broken_header(**options):
        options["http_options"].headers = {"X-Odd": "a\nb"}
        return connect(**options)

    monkeypatch.setattr(genai, "Client", with_a_broken_header)
    with pytest.raises(InvalidRequestError, match="LocalProtocolError"):
        make()
    assert [report.may_be_billed for report in observer.reports] == [False]
    assert server.requests == []


@pytest.mark.parametrize("proxy", ["nonsense://someone:password@x", "socks5://127.0.0.1:1"])
def test_a_proxy_of_an_unknown_kind(make, observer, proxied, proxy):
    """A proxy that cannot be used is a wrong setting, said without its password and with nothing hanging on it."""
    proxied.setenv("HTTP_PROXY", proxy)
    with pytest.raises(ConfigurationError, match="HTTP_PROXY") as caught:
        make()
    assert "password" not in caught.value.message
    assert caught.value.__context__ is None
    assert observer.estimates == []


def test_a_proxy_with_an_impossible_port(make, observer, proxied):
    """A proxy's port that is out of range is a wrong setting too, tried once and not billed."""
    proxied.setenv("HTTP_PROXY", "http://127.0.0.1:99999")
    with pytest.raises(ConfigurationError, match="HTTP_PROXY"):
        make()
    (report,) = observer.reports
    assert (report.error, report.may_be_billed) == ("configuration", False)


def test_certificates_that_are_not_there(make, observer, monkeypatch, tmp_path):
    """A file of certificates that does not exist is a wrong setting."""
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(tmp_path / "none.pem"))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        make()
    assert observer.estimates == []
