"""Servers with certificates, and clients that authenticate."""

import base64
import datetime
import ipaddress
import ssl

import pytest

from export import client
from tf_fingerprint import cli
from tf_fingerprint import errors

from . import answering

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """PEM file of a key and a certificate that nobody signed but itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")]
    )
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with answering.rest_server() as running:
        plain = running.server.socket
        running.server.socket = context.wrap_socket(plain, server_side=True)
        running.handshakes = []
        context.sni_callback = lambda *told: running.handshakes.append(told)
        running.url = running.url.replace("http://", "https://")
        yield running


def test_an_untrusted_certificate_is_named_and_asked_once(server):
    with client.AttributionClient(server.url) as asking:
        with pytest.raises(errors.ServingError, match="is not trusted.*--ca"):
            asking.attribute(b"by acme")

    assert len(server.handshakes) == 1
    assert server.requests == []


def test_the_authority_named_is_trusted(server, certificate):
    with client.AttributionClient(server.url, ca=certificate) as asking:
        [answer] = asking.attribute(b"by acme")

    assert answer.recipient_id == "acme"


def test_what_is_no_certificate_is_refused(server, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")

    with pytest.raises(ValueError, match="`ca` must be"):
        client.AttributionClient(server.url, ca=tmp_path / "gone.pem")
    with pytest.raises(errors.ServingError, match="PEM file"):
        client.AttributionClient(server.url, ca=tmp_path / "ca.pem")


def test_the_command_authenticates(
    server, certificate, tmp_path, monkeypatch, capsys
):
    picture = tmp_path / "found.png"
    picture.write_bytes(answering.picture_by("acme"))
    monkeypatch.setenv("TF_FINGERPRINT_SERVER_USER", "ann")
    monkeypatch.setenv("TF_FINGERPRINT_SERVER_PASSWORD", "hunter2")
    argv = ["attribute", str(picture), "--server", server.url]
    argv += ["--ca", str(certificate)]

    assert cli.main([*argv, "--header", "X-Team: red"]) == 0

    [(_, _, headers)] = server.requests
    scheme, encoded = headers["Authorization"].split()
    assert scheme == "Basic"
    assert base64.b64decode(encoded) == b"ann:hunter2"
    assert headers["X-Team"] == "red"
    with pytest.raises(SystemExit):
        cli.main([*argv, "--header", "hunter2"])
    assert "hunter2" not in capsys.readouterr().err
