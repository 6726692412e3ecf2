"""A run whose decoder is not the registry's names nobody and issues nothing."""

import dataclasses

import keras
import pytest

from export.servables import attribution as servable
from tf_fingerprint import attribution
from tf_fingerprint import cli
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import registry

from ..tiny_run import write_run


@pytest.fixture
def swapped(tmp_path):
    """The run that a registry knows, with a decoder that says one answer."""
    folder = write_run(tmp_path / "run", seed=3)
    url = tmp_path / "r.db"
    before = methods.load(folder).record
    with registry.open_store(url, create=True) as store:
        registry.issue(store, "Acme", generator=before)
    decoder = keras.saving.load_model(folder / "decoder.keras", compile=False)
    decoder.weights[-1].assign(decoder.weights[-1] + 9.0)
    decoder.save(folder / "decoder.keras")
    run = methods.load(folder)
    assert run.generator_digest == before.digest
    return run, url, before


def names_both(said, run, before):
    assert before.decoder_digest in said
    assert run.decoder_digest in said


def test_no_copy_is_issued_with_another_decoder(swapped, tmp_path):
    run, url, before = swapped

    with pytest.raises(errors.RegistryError) as refused:
        run.issue("Bravo", url)

    names_both(str(refused.value), run, before)
    with registry.open_store(url) as store:
        [record] = store.issuances()
        with pytest.raises(errors.RegistryError, match=run.decoder_digest):
            run.hand_out(record.id, url, to=tmp_path / "out")


def test_no_attribution_is_exported_with_another_decoder(swapped, capsys):
    run, url, before = swapped
    with registry.open_store(url) as store:
        candidates = attribution.Candidates.load(store, run.generator_digest)

    with pytest.raises(errors.ExportError) as refused:
        servable.attribution(run, candidates)
    names_both(str(refused.value), run, before)


@pytest.mark.parametrize(
    "command",
    [
        "export {run} --what attribution --to m",
        "bulk {run}/*.toml --run {run} --to m",
    ],
)
def test_commands_refuse_another_decoder(swapped, capsys, command):
    run, url, before = swapped
    command = command.format(run=run.folder)

    status = cli.main([*command.split(), "--registry", str(url)])

    assert status == 1
    names_both(capsys.readouterr().err, run, before)


def test_a_decoder_is_changed_on_purpose_by_an_entry_of_the_log(
    swapped, capsys
):
    run, url, before = swapped
    command = ["registry", "change-decoder", str(run.folder)]

    status = cli.main([*command, "--registry", str(url), "--reason", "better"])

    assert status == 0
    names_both(capsys.readouterr().out, run, before)
    with registry.open_store(url) as store:
        registry.check_generator(store, run.record)
        assert store.generators() == [run.record]
        entry = store.events(before.digest)[-1].to_dict()
        assert entry["changes"] == {"decoder_digest": run.decoder_digest}
        assert entry["reason"] == "better" and entry["by"] and entry["at"]
        [record] = store.issuances()
        assert store.vouched(record).generator == run.record
        head = store.verify()
        registry.change_decoder(store, run.record)
        assert store.head() == head
        with pytest.raises(errors.RegistryError, match="must keep its decoder"):
            registry.check_generator(store, before)
        larger = dataclasses.replace(run.record, resolution=99)
        with pytest.raises(errors.RegistryError, match="bits and resolution"):
            registry.change_decoder(store, larger)
