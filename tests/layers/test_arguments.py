"""Configs hold every argument, those that nobody gave too."""

import keras

from tf_fingerprint import layers
from tf_fingerprint import models


def test_a_layers_config_holds_the_defaults_it_was_made_with():
    config = layers.EqualizedDense(3, activate=True, name="dense").get_config()

    assert config["units"] == 3
    assert config["activate"] is True
    assert config["learning_rate_multiplier"] == 1.0
    assert config["name"] == "dense"
    assert "kwargs" not in config
    again = layers.EqualizedDense.from_config(config)
    assert again.get_config() == config


def test_lists_of_a_file_are_the_tuples_that_were_given():
    given = models.Generator(
        16, channel_base=64, num_bits=8, latent_dim=4, style_dim=4
    )
    config = given.get_config()
    config["modulated_resolutions"] = list(config["modulated_resolutions"])

    read = models.Generator.from_config(config)

    assert read.get_config() == given.get_config()
    assert isinstance(read.arguments["modulated_resolutions"], tuple)


def test_what_is_kept_is_no_state_of_the_network():
    decoder = models.Decoder(16, num_bits=8, latent_dim=4, channel_base=64)

    assert set(decoder.get_config()) == {*decoder.arguments, "name"}
    assert isinstance(decoder, keras.Model)
    assert type(decoder.arguments) is dict
