"""Cards that the Hugging Face Hub reads."""

import pytest

from export.bundles import model_card

FACTS = {
    "issuance_id": "0123456789abcdef",
    "recipient": "Acme *Films* | <b>: `x`\u2028é😀",
    "issued_at": "2026-01-02T00:00:00+00:00",
    "generator_digest": "0" * 64,
    "commitment": "1" * 64,
    "resolution": 16,
    "channels": 3,
    "latent_dim": 8,
    "noise": "random",
    "inputs": {"latents": 8, "noise": 656},
    "made_by": "tf-fingerprint 0",
}
FIGURES = {
    "pictures": 4,
    "num_bits": 32,
    "bit_accuracy": 0.9844,
    "fewest_matches": 31,
    "open_bit_accuracy": 1.0,
}


def card(facts=FACTS, formats=()):
    return model_card.card(
        facts,
        FIGURES,
        formats=formats,
        signatures=["serving_default", "latents"],
        latents_signature="latents",
    )


def test_the_hub_reads_the_figures(tmp_path):
    huggingface_hub = pytest.importorskip("huggingface_hub")
    (tmp_path / "README.md").write_text(card(), encoding="utf-8")

    loaded = huggingface_hub.ModelCard.load(tmp_path / "README.md")

    assert loaded.data.license == "other"
    assert loaded.data.license_link == "LICENSE.txt"
    assert loaded.data.library_name == "keras"
    measured = {
        each.metric_type: each.metric_value for each in loaded.data.eval_results
    }
    assert measured == {
        "bit_accuracy": 0.9844,
        "open_bit_accuracy": 1.0,
        "fewest_matches": 31,
    }
    assert loaded.data.model_name == "sealed-copy-0123456789abcdef"
    assert "0123456789abcdef" in loaded.text


def test_says_what_goes_in_and_how_it_was_measured():
    text = card()

    assert "`noise`, `656` standard normal numbers" in text
    assert "latents=tf.random.normal((1, 8)), noise=tf.random" in text
    assert "| 98.44% |" in text
    assert "instance.tflite" not in text


def test_a_recipients_name_is_shown_as_it_is():
    assert r"Acme \*Films\* \| \<b\>: \`x\`" in card()


def test_other_formats_are_told_of():
    text = card(formats=("tflite", "onnx"))

    assert "instance.tflite" in text
    assert "instance.onnx" in text


def test_without_noise_keras_takes_latents_alone():
    text = card({**FACTS, "inputs": {"latents": 8}})

    assert "instance(keras.random.normal((1, 8)))" in text


@pytest.mark.parametrize("language", ["python"])
def test_the_examples_are_python(language):
    for block in card().split(f"```{language}\n")[1:]:
        compile(block.split("```")[0], "README.md", "exec")
