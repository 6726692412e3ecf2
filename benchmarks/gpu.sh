#!/usr/bin/env bash
# Trains on one large GPU for a stated number of minutes, evaluates, and leaves
# weights, logs and a sheet of pictures; or goes on where an earlier call ended.
#
#   benchmarks/gpu.sh MINUTES [cats_128|cats_64_pixels] [--photographs ZIP]
#       [--features NPZ] [--to FOLDER] [--resume FOLDER] [--set KEY=VALUE]
#
# Needs JAX, Keras, NumPy, Pillow and tqdm; neither TensorFlow nor a network.
# The photographs and MobileNet's weights lie beside this script, in the
# repository or in ../shared/data, unless named. See `gpu.py` for the options.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export KERAS_BACKEND=jax PYTHONUNBUFFERED=1
export PYTHONPATH="$here/..${PYTHONPATH:+:$PYTHONPATH}"
exec "${PYTHON:-python3}" "$here/gpu.py" "$@"
