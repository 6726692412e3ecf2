"""Accuracy and latency of attribution, by hard bits and by soft ones.

Pictures of recipients' copies among 10, 1,000 and 100,000 issued ones, as they
leave the generator and as they are found: compressed or cut. Pictures are made
and decoded once, fingerprints issued once; of the registry, the first so many
are the candidates. At most one image from elsewhere in a million may accuse
anybody: `wrong` counts verdicts that name anybody else, in whatever way, and
`photographs_named` the photographs that name anybody, by the odds alone.
Latencies are of the verdict, without decoding, medians over single images, in
seconds of the processor, which on an idle core are those of the clock.

    python benchmarks/attribution.py
"""

import argparse
import statistics
import time

import attribution_tables
import numpy as np
import results_file
import shipped_inputs as inputs
from PIL import Image

from tf_fingerprint import attribution
from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint import methods
from tf_fingerprint.evaluation import calibrating
from tf_fingerprint.scalable import run as scalable_run

SHARED = results_file.ROOT.parent / "shared" / "data"
PHOTOGRAPHS = [SHARED / "bsds400_natural.zip", SHARED / "fruits100_train.zip"]
NUM_ISSUED = (10, 1000, 100_000)
MAX_FALSE_POSITIVE_RATE = 1e-6
SEED = 5

# Pictures of one copy that are judged together.
TOGETHER = 4

# Judged at a time, as `attribute` does.
PART = 64


def main(arguments=None):
    args = parse(arguments)
    run = methods.load(args.run)
    made = calibrated(run, args)
    everybody = inputs.issue(made.generator, max(args.issued), made.draw)
    copies = max(1, args.pictures // TOGETHER)
    makers = fingerprints.unpack(
        everybody.packed[:copies], made.generator.num_bits
    )
    inputs.tell(f"{len(makers) * TOGETHER} pictures")
    images = run.generate(
        len(makers) * TOGETHER,
        fingerprints=np.repeat(makers, TOGETHER, axis=0),
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
        candidates = everybody
        if count < len(everybody):
            candidates = attribution.Candidates(
                made.generator, everybody.records[:count]
            )
        figures |= accuracy(candidates, made, read)
        figures |= latency(candidates, made, read["png"])
    figures |= named_photographs(everybody, made)
    print(results_file.write("attribution", figures, folder=args.results))
    if args.results == results_file.RESULTS:
        attribution_tables.fill(figures, args.issued, TOGETHER)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument("--photographs", nargs="+", default=PHOTOGRAPHS)
    parser.add_argument(
        "--min-photographs", type=int, default=calibration.MIN_PHOTOGRAPHS
    )
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--issued", type=int, nargs="+", default=NUM_ISSUED)
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


def calibrated(run, args):
    """The run's own calibration, or one that is made now."""
    if run.calibration is not None:
        return run.calibration
    inputs.tell("photographs")
    return calibrating.calibrate(
        run,
        args.photographs,
        min_photographs=args.min_photographs,
        progress=True,
    )


def accuracy(candidates, made, read):
    """Shares of pictures traced to their makers, and the gain of soft bits."""
    figures = {}
    for name, logits in read.items():
        inputs.tell(f"{name} among {len(candidates)}")
        key, wrong = f"{name}_{len(candidates)}", 0
        logits = logits[: len(candidates) * TOGETHER]
        groups = logits.reshape(-1, TOGETHER, logits.shape[1])
        for decide in ("hard", "soft"):
            one = judge(candidates, made, decide)
            alone = judged(one, logits)
            joined = [one.combine(group) for group in groups]
            for suffix, verdicts, pictures in (
                ("", alone, TOGETHER),
                (f"_together_{TOGETHER}", joined, 1),
            ):
                right, mistaken = outcomes(candidates, verdicts, pictures)
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


def outcomes(candidates, verdicts, pictures):
    """Share that names the maker, and how many name anybody else."""
    right, wrong = 0, 0
    for number, verdict in enumerate(verdicts):
        maker = candidates.records[number // pictures]
        right += verdict.record == maker
        wrong += bool(named(verdict) - {maker})
    return right / len(verdicts), wrong


def named(verdict):
    """Whoever a verdict names, in whatever way."""
    everybody = {verdict.record, *(each.record for each in verdict.accused)}
    return everybody - {None}


def named_photographs(candidates, made):
    """How many photographs would accuse anybody if only the odds counted."""
    inputs.tell(f"photographs among {len(candidates)}")
    verdicts = judged(judge(candidates, None, "hard"), made.logits)
    figures = {
        f"photographs_named_{len(candidates)}": sum(
            bool(named(verdict)) for verdict in verdicts
        )
    }
    print(figures)
    return figures


def judged(one, logits):
    """Verdicts, so many at a time as `attribute` asks for."""
    return [
        verdict
        for start in range(0, len(logits), PART)
        for verdict in one.judge(logits[start : start + PART])
    ]


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
            start = time.process_time()
            one.judge(logits[number : number + 1])
            times.append(time.process_time() - start)
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
        "jpeg20": inputs.files(images, "JPEG", quality=20),
        "crop84": [
            image.crop((cut, cut, side - cut, side - cut)) for image in whole
        ],
    }


def judge(candidates, made, decide):
    return attribution.Judge(
        candidates,
        made,
        max_false_positive_rate=MAX_FALSE_POSITIVE_RATE,
        decide=decide,
    )


if __name__ == "__main__":
    main()
