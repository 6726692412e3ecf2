"""Pages of the public Python API; mkdocstrings fills them in."""

FOLDER = "reference/python"

# What programs import, by what they want.
MODULES = {
    "tf_fingerprint": "load a run, train one",
    "tf_fingerprint.methods": "what opens and trains the runs of each method",
    "tf_fingerprint.methods.opened": "a run with all that is done with it",
    "tf_fingerprint.issuing": "sealed copies for recipients",
    "tf_fingerprint.registry": "who was issued which fingerprint",
    "tf_fingerprint.attribution": "whom a picture accuses",
    "tf_fingerprint.fingerprints": "bits, and the odds of matching them",
    "tf_fingerprint.calibration": "odds measured on photographs",
    "tf_fingerprint.evidence": "reports that others can check",
    "tf_fingerprint.evaluation": "what a run's fingerprints are worth",
    "tf_fingerprint.config": "experiments, read and checked",
    "tf_fingerprint.data": "photographs in, batches out",
    "tf_fingerprint.models": "generator, decoder, sealed instances",
    "tf_fingerprint.layers": "layers of the networks",
    "tf_fingerprint.artificial": "fingerprints in training pictures",
    "tf_fingerprint.artificial.probing": "whether they are transferred",
    "tf_fingerprint.passive.run": "a trained classifier of sources",
    "tf_fingerprint.passive.visualization.run": "traces as pictures",
    "tf_fingerprint.bulk": "verdicts on lakes of pictures",
    "tf_fingerprint.errors": "what goes wrong, by name",
    "export.client": "ask a server",
    "export.bundles.writer": "write what recipients get",
    "export.bundles.verification": "check it",
    "export.publishing.publish": "publish models",
}

_INDEX = """\
# Python

Each name stands where programs import it from. Whoever audits needs
`fingerprints`, `registry`, `attribution`, `calibration` and `evidence`, which
import neither TensorFlow nor Keras.

| module | for |
|---|---|
"""


def pages() -> dict[str, str]:
    """From each page's path in the site to its Markdown."""
    rows = [
        f"| [`{name}`]({name}.md) | {purpose} |\n"
        for name, purpose in MODULES.items()
    ]
    made = {f"{FOLDER}/index.md": _INDEX + "".join(rows)}
    for name in MODULES:
        made[f"{FOLDER}/{name}.md"] = f"# {name}\n\n::: {name}\n"
    return made
