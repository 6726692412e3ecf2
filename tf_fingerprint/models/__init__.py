"""Networks: generator, discriminator, decoder, and sealed instances."""

from tf_fingerprint.models.decoder import Decoder as Decoder
from tf_fingerprint.models.discriminator import Discriminator as Discriminator
from tf_fingerprint.models.folding import Folding as Folding
from tf_fingerprint.models.generator import Generator as Generator
from tf_fingerprint.models.instance import folded_weights as folded_weights
from tf_fingerprint.models.instance import seal as seal
from tf_fingerprint.models.plain import plain_network as plain_network
from tf_fingerprint.models.synthesis import fixed_noise as fixed_noise
from tf_fingerprint.models.synthesis import num_noise as num_noise
