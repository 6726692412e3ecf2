"""What simpler methods make of pictures that passive classifiers tell apart.

    nearest_pixels    the nearest training picture, pixel by pixel
    nearest_eigen     the nearest one by 100 principal components
    linear_eigen      ridge regression on them
    prnu              correlation with each source's mean noise residual
    mobilenet_head    a softmax head trained on MobileNet's features

All learn from the same pictures, and none has a say in which are measured.

    python benchmarks/passive_baselines.py sources/architectures \\
        --features ../shared/data/features/mobilenet_*.npz
"""

import argparse
import time

import numpy as np
import results_file
import scipy.signal

from tf_fingerprint import data
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.suites import passive_held_out
from tf_fingerprint.passive import sources as reading

COMPONENTS = 100
RIDGES = (1e-3, 1e-1, 1e1, 1e3)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", help="as `data.source` of `passive`")
    parser.add_argument("--features", help="weights of MobileNet, .npz")
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--most", type=int, default=800, help="of a source")
    parser.add_argument(
        "--head-only", action="store_true", help="nothing but mobilenet_head"
    )
    args = parser.parse_args(arguments)
    if args.head_only and not args.features:
        parser.error("--head-only needs --features, the weights of MobileNet.")
    sources = reading.read(
        passive_config.Data(
            source=str(args.sources), resolution=args.resolution
        )
    )
    extractor = None
    if args.features:
        from tf_fingerprint.evaluation.metrics import extractors

        extractor = extractors.load(args.features)
    parts = {
        part: passive_held_out.first(labelled, args.most)
        for part, labelled in sources.parts.items()
    }
    figures = {}
    if args.head_only:
        methods = [("mobilenet_head", head_hits(parts, extractor))]
    else:
        methods = measured(parts, extractor)
    for name, hits in methods:
        figures |= share(name, hits)
        print(f"{name:16} {figures[name]:.4f}", flush=True)
    figures["pictures_of_each_source"] = args.most
    print(results_file.write("passive_baselines", figures))


def share(name, hits):
    """A share of pictures with its interval, as figures."""
    low, high = accuracy.wilson_interval(int(hits.sum()), len(hits))
    return {
        name: float(hits.mean()),
        f"{name}_low": float(low),
        f"{name}_high": float(high),
        f"{name}_pictures": len(hits),
    }


def measured(parts, extractor=None):
    """What each method gets right: its name and `(images,)` of bool."""
    train, tune, test = (parts[part] for part in reading.PARTS)
    places, others, tuning = map(_flat, (train, test, tune))
    yield "nearest_pixels", nearest(train, places, others) == test.sources
    mean, basis = components(places)
    places, others, tuning = (
        (each - mean) @ basis for each in (places, others, tuning)
    )
    yield "nearest_eigen", nearest(train, places, others) == test.sources
    guesses = ridge((places, train), (tuning, tune), others)
    yield "linear_eigen", guesses == test.sources
    yield "prnu", prnu(train, test.images) == test.sources
    if extractor is not None:
        yield "mobilenet_head", head_hits(parts, extractor)


def head_hits(parts, extractor):
    """What a softmax head on an extractor's features gets right."""
    train, tune, test = (parts[part] for part in reading.PARTS)
    places, others, tuning = (
        extractor(each.images) for each in (train, test, tune)
    )
    return head((places, train), (tuning, tune), others) == test.sources


def nearest(train, places, others):
    """The source of the training picture that is nearest to each."""
    squares = np.square(places).sum(axis=1)
    found = [
        (squares[:, None] - 2 * places @ part.T).argmin(axis=0)
        for part in np.array_split(others, 1 + len(others) // 256)
    ]
    return train.sources[np.concatenate(found)]


def components(places):
    """Mean and the first principal components, of unit length."""
    mean = places.mean(axis=0)
    around = places - mean
    # Pictures are fewer than pixels.
    values, vectors = np.linalg.eigh(around @ around.T)
    keep = np.argsort(values)[::-1][: min(COMPONENTS, len(places) - 1)]
    basis = around.T @ vectors[:, keep]
    return mean, basis / np.linalg.norm(basis, axis=0)


def ridge(train, tune, others):
    """Guesses of one-against-all ridge regression; the ridge is tuned."""
    (places, labelled), (tuning, tuned) = train, tune
    center, scale = places.mean(axis=0), places.std(axis=0) + 1e-6

    def normed(values):
        ones = np.ones((len(values), 1), np.float32)
        return np.hstack([(values - center) / scale, ones])

    inputs = normed(places)
    targets = np.eye(labelled.sources.max() + 1)[labelled.sources]
    gram, right = inputs.T @ inputs, inputs.T @ targets
    best = (-1.0, None)
    for weight in RIDGES:
        kernel = np.linalg.solve(
            gram + weight * len(inputs) * np.eye(len(gram)), right
        )
        guesses = (normed(tuning) @ kernel).argmax(axis=1)
        best = max(
            best,
            (float((guesses == tuned.sources).mean()), kernel),
            key=lambda pair: pair[0],
        )
    return (normed(others) @ best[1]).argmax(axis=1)


def head(train, tune, others, *, steps=400, rate=0.5):
    """Guesses of a softmax head; its weight decay is tuned.

    Gradient descent with momentum on all pictures at once, on features of
    mean 0 and deviation 1.
    """
    (places, labelled), (tuning, tuned) = train, tune
    center, scale = places.mean(axis=0), places.std(axis=0) + 1e-6
    inputs, tuning, others = (
        (each - center) / scale for each in (places, tuning, others)
    )
    targets = np.eye(labelled.sources.max() + 1)[labelled.sources]
    best = (-1.0, None)
    for decay in (1e-1, 1e-2, 1e-3):
        kernel = np.zeros((inputs.shape[1], targets.shape[1]))
        bias, moved = np.zeros(targets.shape[1]), 0.0
        step = rate / np.sqrt(inputs.shape[1])
        for _ in range(steps):
            logits = inputs @ kernel + bias
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            error = (shares - targets) / len(inputs)
            moved = 0.9 * moved + inputs.T @ error + decay * kernel
            kernel -= step * moved
            bias -= step * error.sum(axis=0)
        guesses = (tuning @ kernel + bias).argmax(axis=1)
        share_right = float((guesses == tuned.sources).mean())
        if share_right > best[0]:
            best = (share_right, (kernel, bias))
    kernel, bias = best[1]
    return (others @ kernel + bias).argmax(axis=1)


def prnu(train, images):
    """The source with whose mean residual each one's correlates most."""
    sources = np.unique(train.sources)
    prints = np.stack(
        [
            _unit(residuals(train.images[train.sources == k]).mean(axis=0))
            for k in sources
        ]
    )
    own = residuals(images)
    correlations = own.reshape(len(own), -1) @ prints.reshape(len(prints), -1).T
    return sources[correlations.argmax(axis=1)]


def residuals(images):
    """What a Wiener filter of 3x3 takes away, `(images, ...)`, float32."""
    levels = data.to_unit(images)
    found = np.empty_like(levels)
    # Flat patches have no variance to divide by.
    with np.errstate(divide="ignore", invalid="ignore"):
        for place, image in enumerate(levels):
            for channel in range(image.shape[-1]):
                plane = image[..., channel]
                smooth = scipy.signal.wiener(plane, 3)
                found[place, ..., channel] = np.nan_to_num(plane - smooth)
    return found


def _unit(values):
    values = values - values.mean()
    return values / (np.linalg.norm(values) + 1e-12)


def _flat(labelled):
    return data.to_unit(labelled.images).reshape(len(labelled), -1)


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    print(f"{time.perf_counter() - start:.0f} s")
