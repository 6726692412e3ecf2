"""Runs: loading, making pictures, issuing, attributing."""

import io
import json
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

import tf_fingerprint
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint import run_files
from tf_fingerprint import runs
from tf_fingerprint import sampling

from .tiny_run import pretrained_is_tiny as pretrained_is_tiny
from .tiny_run import tiny_run as tiny_run
from .tiny_run import tiny_run_dir as tiny_run_dir
from .tiny_run import write_run

FINGERPRINT = np.arange(32) % 3 == 0


@pytest.fixture
def made(tiny_run):
    """Four pictures of the tiny run's."""
    return tiny_run.generate(4, seed=1)


def issue_what_is_read(run, image, path, recipient="Acme"):
    """Records what the decoder reads in the image as a recipient's."""
    [logits] = run.decode(image)
    with registry.open_store(path, create=True) as store:
        return registry.issue(
            store, recipient, generator=run.record, draw=lambda _: logits > 0
        )


class TestLoading:
    def test_the_package_forwards(self, tiny_run_dir):
        run = tf_fingerprint.load(tiny_run_dir)

        assert run.config.networks.num_bits == 32
        assert run.folder == tiny_run_dir

    def test_without_an_argument_loads_the_pretrained_weights(
        self, pretrained_is_tiny
    ):
        assert tf_fingerprint.load().folder == pretrained_is_tiny
        assert tf_fingerprint.load("pretrained").folder == pretrained_is_tiny

    def test_missing_pretrained_weights_are_named(self, tmp_path, monkeypatch):
        monkeypatch.setattr(runs, "__file__", str(tmp_path / "runs.py"))

        with pytest.raises(errors.RunError, match="This copy has none"):
            runs.load()

    def test_a_missing_directory_is_named(self, tmp_path):
        with pytest.raises(errors.RunError, match="nowhere.*no such run"):
            runs.load(tmp_path / "nowhere")

    @pytest.mark.parametrize("name", ["config.toml", "decoder.keras"])
    def test_a_missing_file_is_named(self, tiny_run_dir, tmp_path, name):
        folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
        (folder / name).unlink()

        with pytest.raises(errors.RunError, match=f"Missing: {name}"):
            runs.load(folder)

    def test_a_broken_file_is_named(self, tiny_run_dir, tmp_path):
        folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
        content = (folder / "decoder.keras").read_bytes()
        (folder / "decoder.keras").write_bytes(content[: len(content) // 2])

        with pytest.raises(errors.RunError, match="decoder.keras: can't be"):
            runs.load(folder)

    @pytest.mark.parametrize(
        ("before", "after", "message"),
        [
            ("resolution = 16", "resolution = 32", "data.resolution` 32.* 16"),
            ("num_bits = 32", "num_bits = 64", "networks.num_bits` 64.* 32"),
        ],
    )
    def test_files_of_two_runs_are_told_apart(
        self, tiny_run_dir, tmp_path, before, after, message
    ):
        folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
        settings = (folder / "config.toml").read_text()
        (folder / "config.toml").write_text(settings.replace(before, after))

        with pytest.raises(errors.RunError, match=message):
            runs.load(folder)

    def test_networks_in_each_others_place_are_told(
        self, tiny_run_dir, tmp_path
    ):
        folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
        shutil.copy(folder / "decoder.keras", folder / "generator.keras")

        with pytest.raises(errors.RunError, match="must hold a generator"):
            runs.load(folder)


class TestDigest:
    def test_is_the_weights_not_the_files(self, tiny_run, tmp_path):
        tiny_run.generator.save(tmp_path / "again.keras")
        again = keras.saving.load_model(tmp_path / "again.keras")

        assert run_files.weights_digest(again) == tiny_run.generator_digest
        assert tiny_run.generator_digest != tiny_run.decoder_digest

    def test_sees_one_changed_weight(self, tiny_run, tmp_path):
        tiny_run.decoder.save(tmp_path / "changed.keras")
        changed = keras.saving.load_model(tmp_path / "changed.keras")
        bias = changed.get_layer("outputs").bias.numpy()
        bias[-1] = np.nextafter(bias[-1], np.float32(1))
        changed.get_layer("outputs").bias.assign(bias)

        assert run_files.weights_digest(changed) != tiny_run.decoder_digest


class TestGenerating:
    def test_a_seed_gives_the_same_pictures_in_any_batches(self, tiny_run):
        images = tiny_run.generate(7, seed=3)

        assert images.shape == (7, 16, 16, 3)
        assert images.dtype == np.uint8
        close_to(images, tiny_run.generate(7, seed=3, batch_size=4))
        assert np.any(images != tiny_run.generate(7, seed=4))

    def test_one_fingerprint_serves_all_pictures(self, tiny_run):
        images = tiny_run.generate(3, fingerprints=FINGERPRINT, seed=3)

        close_to(
            images,
            tiny_run.generate(3, fingerprints=[FINGERPRINT] * 3, seed=3),
        )

    def test_fingerprints_of_another_length_are_refused(self, tiny_run):
        with pytest.raises(ValueError, match="one of 32 bits, or 3 of them"):
            tiny_run.generate(3, fingerprints=[0, 1] * 8)

    @pytest.mark.parametrize("noise", ["random", "fixed", "none"])
    def test_a_sealed_instance_makes_the_same_pictures(self, tmp_path, noise):
        run = runs.load(
            write_run(tmp_path / "run", f"networks.noise={noise}", seed=5)
        )

        close_to(
            sampling.sealed_pictures(run.seal(FINGERPRINT), 3, seed=2),
            run.generate(3, fingerprints=FINGERPRINT, seed=2),
        )


class TestDecoding:
    def test_a_picture_may_come_in_any_form(self, tiny_run, made, tmp_path):
        picture = Image.fromarray(made[0])
        file = io.BytesIO()
        picture.save(file, "PNG")
        (tmp_path / "found.png").write_bytes(file.getvalue())
        expected = tiny_run.decode(made)[:1]

        for form in (
            made[0],
            made[:1],
            tmp_path / "found.png",
            [str(tmp_path / "found.png")],
            file.getvalue(),
            picture,
            [picture.convert("RGBA")],
        ):
            np.testing.assert_allclose(
                tiny_run.decode(form), expected, atol=1e-4
            )

    def test_found_pictures_are_cut_and_scaled(self, tiny_run):
        picture = Image.new("CMYK", (50, 40), (0, 255, 255, 0))

        pixels = tiny_run.read_images([picture])

        assert pixels.shape == (1, 16, 16, 3)
        assert pixels[0, 3, 3].tolist() == [255, 0, 0]

    def test_a_pillow_image_keeps_its_orientation(self, tiny_run):
        values = np.zeros((16, 16, 3), np.uint8)
        values[:8] = 255
        picture = Image.fromarray(values)
        picture.getexif()[0x0112] = 3  # Upside down.

        pixels = tiny_run.read_images(picture)

        assert pixels[0, 0, 0].tolist() == [0, 0, 0]

    def test_no_pictures_have_no_logits(self, tiny_run):
        assert tiny_run.decode([]).shape == (0, 32)

    def test_arrays_of_another_size_are_refused(self, tiny_run):
        with pytest.raises(ValueError, match="16 x 16 x 3.* 2 x 8 x 8 x 3"):
            tiny_run.decode(np.zeros((2, 8, 8, 3), np.uint8))

    def test_floating_point_is_refused(self, tiny_run):
        with pytest.raises(ValueError, match="`uint8`. Received `float32`"):
            tiny_run.decode(np.zeros((2, 16, 16, 3), np.float32))

    def test_a_broken_file_is_named(self, tiny_run, tmp_path):
        (tmp_path / "broken.png").write_bytes(b"no picture")

        with pytest.raises(errors.DataError, match="broken.png"):
            tiny_run.decode(tmp_path / "broken.png")


class TestAttributing:
    def test_names_the_recipient_and_else_nobody(
        self, tiny_run, made, tmp_path
    ):
        black = np.zeros_like(made[0])
        issue_what_is_read(tiny_run, made[0], tmp_path / "registry.db")
        reading = tiny_run.decode(np.stack([made[0], black])) > 0

        right, other = tiny_run.attribute(
            [made[0], black], tmp_path / "registry.db"
        )

        assert right.recipient == "Acme"
        assert right.num_matches == 32
        assert right.p_value == 2**-32
        assert other.num_matches == (reading[0] == reading[1]).sum()

    def test_takes_an_open_registry_and_leaves_it_open(
        self, tiny_run, made, tmp_path
    ):
        issue_what_is_read(tiny_run, made[0], tmp_path / "registry.db")

        with registry.open_store(tmp_path / "registry.db") as store:
            [verdict] = tiny_run.attribute(made[0], store)
            assert len(store.issuances()) == 1
        assert verdict.recipient == "Acme"

    def test_a_registry_of_another_run_is_told(self, tiny_run, made, tmp_path):
        other = runs.load(write_run(tmp_path / "run", seed=9))
        issue_what_is_read(other, made[0], tmp_path / "registry.db")

        with pytest.raises(errors.RegistryError, match="another run"):
            tiny_run.attribute(made, tmp_path / "registry.db")


class TestIssuing:
    def test_hands_out_an_instance_that_makes_the_right_pictures(
        self, tiny_run, tmp_path
    ):
        folder = tmp_path / "out" / "acme"

        issued = tiny_run.issue("Acme", tmp_path / "r.db", to=folder)

        files = {path.name for path in folder.iterdir()}
        assert files == {"instance.keras", "savedmodel", "manifest.json"}
        assert (folder / "savedmodel" / "1" / "saved_model.pb").is_file()
        assert [path.name for path in folder.parent.iterdir()] == ["acme"]
        assert issued.record.state is registry.State.ISSUED
        instance = keras.saving.load_model(folder / "instance.keras")
        close_to(
            sampling.sealed_pictures(instance, 2, seed=1),
            tiny_run.generate(2, fingerprints=issued.record.bits, seed=1),
        )

    def test_the_manifest_keeps_the_fingerprint_to_itself(
        self, tiny_run, tmp_path
    ):
        issued = tiny_run.issue("Acme", tmp_path / "r.db", to=tmp_path / "acme")

        text = (tmp_path / "acme" / "manifest.json").read_text()
        assert json.loads(text)["issuance_id"] == issued.record.id
        assert issued.record.fingerprint not in text

    def test_without_a_folder_nothing_is_written(self, tiny_run, tmp_path):
        issued = tiny_run.issue("Acme", tmp_path / "r.db")

        assert issued.folder is None
        assert issued.record.state is registry.State.ISSUED
        assert [path.name for path in tmp_path.iterdir()] == ["r.db"]

    def test_refuses_a_full_folder_before_anything_is_recorded(
        self, tiny_run, tmp_path
    ):
        (tmp_path / "acme").mkdir()
        (tmp_path / "acme" / "file").touch()

        with pytest.raises(errors.RunError, match="new or empty folder"):
            tiny_run.issue("Acme", tmp_path / "r.db", to=tmp_path / "acme")
        assert not (tmp_path / "r.db").exists()

    def test_what_can_not_be_delivered_stays_reserved(self, tiny_run, tmp_path):
        (tmp_path / "file").touch()

        with pytest.raises(errors.RunError, match="can't be written"):
            tiny_run.issue(
                "Acme", tmp_path / "r.db", to=tmp_path / "file" / "acme"
            )

        with registry.open_store(tmp_path / "r.db") as store:
            [left] = registry.unfinished(store)
        assert left.recipient == "Acme"


def close_to(images, expected):
    """Rounding may differ by one level, no more, and rarely."""
    difference = np.abs(images.astype(int) - expected)
    assert images.shape == expected.shape
    assert difference.max() <= 1
    assert difference.mean() < 0.01
