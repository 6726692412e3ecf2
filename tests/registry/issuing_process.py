"""Issues as fast as it can; prints each step once it is done.

    python issuing_process.py REGISTRY NUM_BITS COUNT

Says "ready", waits for a line, then opens the registry. Every second issuance
is confirmed. Each step is flushed, so that no kill loses what was said.
"""

import sys

from tf_fingerprint import registry


def main(url, num_bits, count):
    generator = registry.GeneratorRecord(
        digest="a" * 64,
        decoder_digest="d" * 64,
        num_bits=int(num_bits),
        resolution=64,
    )
    print("ready", flush=True)
    sys.stdin.readline()
    with registry.open_store(url, create=True) as store:
        for number in range(int(count)):
            record = registry.issue(store, f"R{number}", generator=generator)
            print("reserved", record.id, record.fingerprint, flush=True)
            if number % 2:
                registry.confirm(store, record.id)
                print("issued", record.id, record.fingerprint, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
