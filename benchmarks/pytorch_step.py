"""The training step of `scalable.gan` in PyTorch, for comparison only.

Generator and decoder on one objective, then the discriminator, then every 16
steps its penalty, then the moving average; see `FingerprintGAN`.
"""

import copy
import math

import pytorch_networks
import torch
from torch.nn import functional


class Step:
    """Networks, optimizers and one step of training.

    Args:
        config: Of `tf_fingerprint.config`; as far as the shipped weights need.
        noise: Flat fixed noise of the generator; drawn if not given.
    """

    def __init__(self, config, noise=None):
        self.config = config
        networks, size = config.networks, config.data.resolution
        self.split = networks.latent_dim, networks.num_bits
        width = networks.channel_base, networks.max_channels
        decoder = networks.decoder_channel_base, networks.decoder_max_channels
        self.generator = pytorch_networks.Generator(
            size, *self.split, networks.affine_gain, *width, noise
        )
        self.discriminator = pytorch_networks.Trunk(
            size, 1, *width, variety=True
        )
        self.decoder = pytorch_networks.Trunk(size, sum(self.split), *decoder)
        for network in (self.generator, self.discriminator, self.decoder):
            network.to(memory_format=torch.channels_last)
        self.ema_generator = copy.deepcopy(self.generator)
        self.ema_generator.requires_grad_(False)
        self.averages = list(self.ema_generator.parameters())
        self.averaged = [p.detach() for p in self.generator.parameters()]
        self.steps = 0
        interval = config.optimizer.r1_interval
        lazy = interval / (interval + 1)
        self.generator_optimizer = self.adam(self.generator)
        self.decoder_optimizer = self.adam(self.decoder)
        self.discriminator_optimizer = self.adam(self.discriminator, lazy)

    def adam(self, network, lazy=1.0):
        settings = self.config.optimizer
        return torch.optim.Adam(
            network.parameters(),
            lr=settings.learning_rate * lazy,
            betas=(settings.beta_1**lazy, settings.beta_2**lazy),
            eps=1e-8,
            fused=True,
        )

    def __call__(self, images):
        """Plays one round on `(batch, 3, height, width)` in [-1, 1]."""
        images = images.contiguous(memory_format=torch.channels_last)
        values = self.update_generator(*self.sample(), self.fingerprints())
        values |= self.update_discriminator(images, *self.sample())
        if self.steps % self.config.optimizer.r1_interval == 0:
            values |= self.penalize_gradient(images)
        self.update_average()
        self.steps += 1
        # Read once, at the end: what the logs show, and whether it is finite.
        names, numbers = zip(*values.items(), strict=True)
        values = dict(zip(names, torch.stack(numbers).tolist(), strict=True))
        if not all(map(math.isfinite, values.values())):
            raise FloatingPointError(f"Not all losses are finite: {values}")
        return values

    def sample(self):
        batch_size = self.config.training.batch_size
        return torch.randn(batch_size, self.split[0]), self.fingerprints()

    def fingerprints(self):
        shape = self.config.training.batch_size, self.split[1]
        return torch.randint(0, 2, shape).float()

    def update_generator(self, latents, fingerprints, other_fingerprints):
        self.discriminator.requires_grad_(False)
        # One pass for both is faster; no picture depends on the others.
        fakes, other_fakes = self.generator(
            latents.repeat(2, 1), torch.cat([fingerprints, other_fingerprints])
        ).chunk(2)
        fake_logits = self.discriminator(fakes)
        estimated_latents, logits = self.decoder(fakes.clamp(-1, 1)).split(
            self.split, dim=1
        )
        values = {
            "adversarial": functional.softplus(-fake_logits).mean(),
            "latent": functional.mse_loss(estimated_latents, latents),
            "fingerprint": functional.binary_cross_entropy_with_logits(
                logits, fingerprints
            ),
            "consistency": functional.mse_loss(fakes, other_fakes),
            "coarse_consistency": functional.mse_loss(
                functional.avg_pool2d(fakes, 4),
                functional.avg_pool2d(other_fakes, 4),
            ),
        }
        self.generator_optimizer.zero_grad()
        self.decoder_optimizer.zero_grad()
        weights = self.config.losses
        sum(getattr(weights, name) * values[name] for name in values).backward()
        self.generator_optimizer.step()
        self.decoder_optimizer.step()
        self.discriminator.requires_grad_(True)
        right = (logits.detach() > 0) == (fingerprints > 0.5)
        values = {name: value.detach() for name, value in values.items()}
        return values | {"bit_accuracy": right.float().mean()}

    def update_discriminator(self, images, latents, fingerprints):
        with torch.no_grad():
            fakes = self.generator(latents, fingerprints)
        loss = (
            functional.softplus(-self.discriminator(images))
            + functional.softplus(self.discriminator(fakes))
        ).mean()
        self.discriminator_optimizer.zero_grad()
        loss.backward()
        self.discriminator_optimizer.step()
        return {"discriminator": loss.detach()}

    def penalize_gradient(self, images):
        images = images.detach().requires_grad_()
        logits = self.discriminator(images)
        (gradients,) = torch.autograd.grad(
            logits.sum(), images, create_graph=True
        )
        penalty = gradients.square().sum((1, 2, 3)).mean()
        self.discriminator_optimizer.zero_grad()
        factor = self.config.losses.r1 * self.config.optimizer.r1_interval / 2
        (penalty * factor).backward()
        self.discriminator_optimizer.step()
        return {"r1": penalty.detach()}

    def update_average(self):
        half_life = self.config.optimizer.ema_half_life_images
        decay = 0.5 ** (self.config.training.batch_size / half_life)
        torch._foreach_lerp_(self.averages, self.averaged, 1 - decay)


def copy_weights(network, named_weights):
    """Gives a network the weights of its Keras twin.

    Args:
        network: One of `pytorch_networks`.
        named_weights: Dict from Keras's path to an array.
    """
    with torch.no_grad():
        for path, parameter in paired(network, named_weights):
            array = torch.as_tensor(named_weights[path])
            order = {4: (3, 2, 0, 1), 2: (1, 0)}.get(array.ndim)
            parameter.copy_(array.permute(order) if order else array)


def to_keras(parameter):
    """A parameter as an array in Keras's order of axes."""
    order = {4: (2, 3, 1, 0), 2: (1, 0)}.get(parameter.ndim)
    return (parameter.permute(order) if order else parameter).numpy()


def paired(network, paths):
    """Pairs of Keras's path and the parameter that it is here.

    Raises:
        ValueError: If the two don't have the same weights.
    """
    path_of = {
        path.replace("_activation/", "/").replace("/", "."): path
        for path in paths
    }
    parameters = dict(network.named_parameters())
    if path_of.keys() != parameters.keys():
        raise ValueError(
            "Both sides must have the same weights. Only one has "
            f"{sorted(path_of.keys() ^ parameters.keys())}."
        )
    return [(path_of[name], p) for name, p in parameters.items()]
