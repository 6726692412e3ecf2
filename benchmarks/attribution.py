"""Accuracy and latency of attribution, by hard bits and by soft ones.

Pictures of 10, 1,000 and 100,000 recipients' copies, as they leave the
generator and as they are found: compressed or cut. At most one image from
elsewhere in a million may accuse anybody. Latencies are of the verdict, without
decoding, medians over single images.

    python benchmarks/attribution.py
"""

import argparse
import datetime
import statistics
import time

import numpy as np
import results_file
import shipped_inputs
from PIL import Image

from tf_fingerprint import calibrating
from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint import runs

SHARED = results_file.ROOT.parent / "shared" / "data"
PHOTOGRAPHS = [SHARED / "bsds400_natural.zip", SHARED / "fruits100_train.zip"]
NUM_ISSUED = (10, 1000, 100_000)
MAX_FALSE_POSITIVE_RATE = 1e-6
SEED = 5

# Pictures of one copy that are judged together.
TOGETHER = 4


def main(arguments=None):
    args = parse(arguments)
    run = runs.load(args.run)
    made = calibrating.calibrate(
        run,
        args.photographs,
        min_photographs=args.min_photographs,
        progress=True,
    )
    copies = max(1, args.pictures // TOGETHER)
    issued = np.stack(
        [made.draw(made.generator.num_bits) for _ in range(copies)]
    )
    images = run.generate(
        copies * TOGETHER,
        fingerprints=np.repeat(issued, TOGETHER, axis=0),
        seed=SEED,
    )
    read = {
        name: run.decode(changed) for name, changed in found(images).items()
    }
    figures = {"pictures": len(images), "photographs": len(made)}
    header = ("issued", "picture", "hard", "soft", "wrong", "log10 gain")
    header += (f"hard x {TOGETHER}", f"soft x {TOGETHER}")
    print(" ".join(f"{name:>10}" for name in header))
    for count in args.issued:
        candidates = make_candidates(made.generator, issued, count)
        figures |= accuracy(candidates, made, read)
        figures |= latency(candidates, made, read["png"])
    print(results_file.write("attribution", figures, folder=args.results))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=runs.PRETRAINED)
    parser.add_argument("--photographs", nargs="+", default=PHOTOGRAPHS)
    parser.add_argument(
        "--min-photographs", type=int, default=calibration.MIN_PHOTOGRAPHS
    )
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--issued", type=int, nargs="+", default=NUM_ISSUED)
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


def make_candidates(generator, makers, count):
    """Issuances of the pictures' makers, and of others up to the count."""
    others = max(0, count - len(makers))
    bits = [
        *makers[:count],
        *(fingerprints.random_bits(generator.num_bits) for _ in range(others)),
    ]
    now = datetime.datetime.now(datetime.UTC)
    return registry.Candidates(
        generator,
        [
            registry.IssuanceRecord(
                id=f"i{number}",
                fingerprint=fingerprints.to_hex(each),
                recipient=f"Recipient {number}",
                issued_at=now,
                generator=generator,
            )
            for number, each in enumerate(bits)
        ],
    )


def accuracy(candidates, made, read):
    """Shares of pictures traced to their makers, and the gain of soft bits."""
    figures = {}
    for name, logits in read.items():
        key, wrong = f"{name}_{len(candidates)}", 0
        logits = logits[: len(candidates) * TOGETHER]
        groups = logits.reshape(-1, TOGETHER, logits.shape[1])
        for decide in ("hard", "soft"):
            one = judge(candidates, made, decide)
            alone = one.judge(logits)
            joined = [one.combine(group) for group in groups]
            for suffix, verdicts, pictures in (
                ("", alone, TOGETHER),
                (f"_together_{TOGETHER}", joined, 1),
            ):
                right, mistaken = outcomes(verdicts, pictures)
                figures[f"{decide}_right{suffix}_{key}"] = right
                wrong += mistaken
        gain = statistics.median(
            fingerprints.log10_false_positive_rate(
                verdict.attribution.num_matches, verdict.attribution.num_bits
            )
            - verdict.soft.log10_p
            for verdict in alone
        )
        figures |= {f"wrong_{key}": wrong, f"soft_gain_log10_{key}": gain}
        show(len(candidates), name, key, figures)
    return figures


def outcomes(verdicts, pictures):
    """Share that names the maker, and how many name anybody else."""
    right = sum(
        verdict.record is not None
        and verdict.record.id == f"i{number // pictures}"
        for number, verdict in enumerate(verdicts)
    )
    named = sum(verdict.record is not None for verdict in verdicts)
    return right / len(verdicts), named - right


def show(count, name, key, figures):
    shares = [
        f"{figures[f'{decide}_right{suffix}_{key}']:>10.2%}"
        for suffix in ("", f"_together_{TOGETHER}")
        for decide in ("hard", "soft")
    ]
    print(
        f"{count:>10} {name:>10} {shares[0]} {shares[1]} "
        f"{figures[f'wrong_{key}']:>10} "
        f"{figures[f'soft_gain_log10_{key}']:>10.1f} {shares[2]} {shares[3]}",
        flush=True,
    )


def latency(candidates, made, logits):
    """Milliseconds a verdict takes, with odds alone and with everything."""
    plain = judge(candidates, None, "hard")
    whole = judge(candidates, made, "hard")
    figures = {}
    for name, one in (("odds", plain), ("whole", whole)):
        one.judge(logits[:1])
        times = []
        for number in range(min(50, len(logits))):
            start = time.perf_counter()
            one.judge(logits[number : number + 1])
            times.append(time.perf_counter() - start)
        key = f"milliseconds_{name}_{len(candidates)}"
        figures[key] = 1000 * statistics.median(times)
        print(f"{len(candidates):>10} {name:>10} {figures[key]:>10.2f} ms")
    return figures


def found(images):
    """Pictures as they leave the generator, and more or less spoiled."""
    whole = [Image.fromarray(np.squeeze(each)) for each in images]
    side = images.shape[1]
    cut = max(1, round(0.08 * side))
    return calibrating.spoiled(images) | {
        "jpeg20": shipped_inputs.files(images, "JPEG", quality=20),
        "crop84": [
            image.crop((cut, cut, side - cut, side - cut)) for image in whole
        ],
    }


def judge(candidates, made, decide):
    return calibration.Judge(
        candidates,
        made,
        max_false_positive_rate=MAX_FALSE_POSITIVE_RATE,
        decide=decide,
    )


if __name__ == "__main__":
    main()
