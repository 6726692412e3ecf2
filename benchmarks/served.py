"""Whether a picture is read the same wherever one asks.

Pictures of ten recipients go as PNG files to the Keras decoder with the
registry, to the published SavedModel in this process, and to the local server
by REST and by gRPC; so do photographs, which have to be cut and scaled first. A
bit may differ where its logit is next to 0, for numbers are summed in another
order; how far from 0 is told.

    python benchmarks/served.py
"""

import argparse
import io
import itertools
import pathlib
import tempfile
import zipfile

import numpy as np
import results_file
import tensorflow as tf
from PIL import Image

import export
from export import server
from tf_fingerprint import attribution
from tf_fingerprint import methods
from tf_fingerprint import registry
from tf_fingerprint.scalable import run as scalable_run

PHOTOGRAPHS = (
    results_file.ROOT.parent / "shared" / "data" / "bsds400_natural.zip"
)
RECIPIENTS, MAKERS = 100, 10
BATCH = 16

# The Keras decoder and the graph may sum in another order by this much.
NEAR_ZERO = 1e-3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--photographs", type=pathlib.Path, default=PHOTOGRAPHS)
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument("--results", default=results_file.RESULTS)
    args = parser.parse_args()
    run = methods.load(args.run)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(run, args, pathlib.Path(folder))
    for name, figure in figures.items():
        print(f"{name:44} {figure:>12,.6g}")
    print(results_file.write("served", figures, folder=args.results))


def measure(run, args, folder):
    candidates = issued(run, folder / "registry.db")
    export.publish(
        export.attribution(run, candidates), folder / "models" / "attribution"
    )
    kinds = {"": made(run, candidates, args.pictures)}
    if args.photographs.exists():
        kinds["photograph_"] = photographs(args.photographs, args.pictures)
    figures = {}
    for kind, files in kinds.items():
        logits = run.decode(files)
        verdicts = attribution.attribute_many(logits > 0, candidates)
        figures |= {
            f"{kind}pictures": len(files),
            f"{kind}bits": logits.size,
            f"{kind}logits_near_zero": int((np.abs(logits) < NEAR_ZERO).sum()),
            f"{kind}attributed_by_keras": sum(
                each.record is not None for each in verdicts
            ),
        }
        for name, bits, told in asked_everywhere(folder / "models", files):
            figures |= {
                f"{kind}{name}_{what}": figure
                for what, figure in compared(
                    logits, verdicts, bits, told
                ).items()
            }
    return figures


def issued(run, url):
    """Candidates of as many recipients."""
    with registry.open_store(url, create=True) as store:
        for number in range(RECIPIENTS):
            registry.issue(store, f"Recipient {number}", generator=run.record)
        return attribution.Candidates.load(store, run.generator_digest)


def made(run, candidates, count):
    """PNG files of the first recipients, in turn."""
    records = itertools.cycle(candidates.records[:MAKERS])
    bits = [record.bits for record in itertools.islice(records, count)]
    images = run.generate(count, fingerprints=np.array(bits), seed=11)
    return [png(image) for image in images]


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(np.squeeze(pixels)).save(file, "PNG")
    return file.getvalue()


def photographs(path, count):
    """Files of photographs, as they are."""
    with zipfile.ZipFile(path) as archive:
        names = [
            name
            for name in sorted(archive.namelist())
            if name.lower().endswith((".png", ".jpg", ".jpeg"))
        ]
        return [archive.read(name) for name in names[:count]]


def asked_everywhere(models, files):
    """From where, bits, and pairs of verdict and recipient."""
    loaded = tf.saved_model.load(str(models / "attribution" / "1"))
    serve, answers = loaded.signatures["serving_default"], []
    for part in parts(files):
        answers.append(serve(image_bytes=tf.constant(part)))
    columns = {
        name: np.concatenate([each[name].numpy() for each in answers])
        for name in ("bits", "verdict", "recipient_id")
    }
    yield (
        "savedmodel",
        columns["bits"],
        [
            (verdict.decode(), recipient.decode())
            for verdict, recipient in zip(
                columns["verdict"], columns["recipient_id"], strict=True
            )
        ],
    )
    with server.Server(models) as serving:
        for name, url in (
            ("rest", serving.rest_url),
            ("grpc", f"grpc://{serving.grpc_address}"),
        ):
            with export.AttributionClient(url, batch_size=BATCH) as client:
                found = client.attribute(files)
            yield (
                name,
                np.array([each.bits for each in found]),
                [(each.verdict, each.recipient_id) for each in found],
            )


def parts(files):
    for start in range(0, len(files), BATCH):
        yield files[start : start + BATCH]


def compared(logits, verdicts, bits, told):
    """What differs from the Keras decoder and the registry."""
    differ = bits != (logits > 0)
    expected = [
        ("attributed", each.record.id) if each.record else ("nobody", "")
        for each in verdicts
    ]
    return {
        "bits_different": int(differ.sum()),
        "bits_different_near_zero": int(
            (differ & (np.abs(logits) < NEAR_ZERO)).sum()
        ),
        "largest_logit_of_a_different_bit": float(
            np.abs(logits[differ]).max(initial=0)
        ),
        "verdicts_different": sum(
            one != other for one, other in zip(told, expected, strict=True)
        ),
    }


if __name__ == "__main__":
    main()
