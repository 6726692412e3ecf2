"""Lets `python -m tf_fingerprint.cli` do what `tf-fingerprint` does."""

from tf_fingerprint import cli

if __name__ == "__main__":
    cli.run()
