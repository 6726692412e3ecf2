"""A story that needs neither TensorFlow nor Keras, where both are forbidden.

    python -m tests.auditing_process FOLDER

Issues, calibrates, attributes, keeps evidence and verifies it in FOLDER.
"""

import json
import pathlib
import sys

FORBIDDEN = ("tensorflow", "keras", "jax", "export")
sys.modules.update(dict.fromkeys(FORBIDDEN))  # `None`: importing it fails.


from tests.calibration import habits  # noqa: E402
from tests.evidence import keeping  # noqa: E402
from tf_fingerprint import attribution  # noqa: E402
from tf_fingerprint import calibration  # noqa: E402
from tf_fingerprint import config  # noqa: E402
from tf_fingerprint import evidence  # noqa: E402
from tf_fingerprint import fingerprints  # noqa: E402
from tf_fingerprint import registry  # noqa: E402


def main(folder):
    """Tells the story; returns what came of it."""
    made = habits.make_calibration(200, strength=2.0)
    made.save(folder / "calibration.json.gz")
    read = calibration.load(folder / "calibration.json.gz")
    path, draw = folder / "registry.db", habits.drawing(read)
    with registry.open_store(path, create=True) as store:
        for name in ("Acme", "Bureau"):
            registry.issue(store, name, generator=habits.GENERATOR, draw=draw)
        candidates, head = evidence.read(store, habits.GENERATOR.digest)
        position = store.verify().position
    judge = attribution.Judge(candidates, read)
    logits = habits.picture_logits(candidates.records[0].bits[None], noise=0.1)
    [verdict] = judge.judge(logits)
    with evidence.Evidence(folder / "evidence", judge, head) as kept:
        kept.add(folder / "found.png", keeping.png(0), logits[0], verdict)
    [(report, finding)] = evidence.verify(folder / "evidence", path)
    settings = config.read("configs/smoke.toml")
    return {
        "recipient": verdict.recipient,
        "matches": verdict.attribution.num_matches,
        "position": position,
        "report": [report, finding],
        "threshold": fingerprints.match_threshold(128, 1e-6),
        "num_bits": settings.networks.num_bits,
        "loaded": sorted(
            name
            for name in sys.modules
            if name.split(".")[0] in FORBIDDEN and sys.modules[name]
        ),
        "detected": attribution.detect(
            logits[0] > 0, candidates.records[0].bits
        ).detected,
    }


if __name__ == "__main__":
    print(json.dumps(main(pathlib.Path(sys.argv[1]))))
