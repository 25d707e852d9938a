#!/usr/bin/env bash
# The kit for a hosted notebook, such as Colab: into the Python that runs it, with no environment of its own (setup.sh makes one).
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "colab_setup: got $("$python" --version 2>&1); needed: Python 3.11 or newer. Choose a newer runtime"; exit 1; }
command -v iverilog > /dev/null || {
  echo "colab_setup: installing iverilog with apt-get"
  { apt-get update -qq && apt-get install -y -qq iverilog; } > /dev/null || {
    echo "colab_setup: iverilog was not installed, see above; check the network, then run it again"; exit 1; }
}
"$python" -m pip install -q -e "${KIT:-.[train,notebooks]}" || {
  echo "colab_setup: the packages were not installed, see above; check the network, then run it again"; exit 1; }
echo "colab_setup: ready"
