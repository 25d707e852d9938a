# Two commands matter: `make reproduce` and `make test`. Both set everything up first; a second run costs seconds.
SHELL := /bin/bash
PROFILE ?= cpu
OUT := $(or $(RTLVR_OUTPUTS),outputs)
# Tests run side by side, a file in one process, but for those that use all cores or measure time.
BESIDE = -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
FAST = $(BESIDE) -m "not tools and not notebook and not browser"
RTLVR = source .rtlvr-env && rtlvr
.PHONY: help setup reproduce studies test test-all test-tools lint fast lab figures notebook doctor benchmarks gpu-check docs clean

help:
	@echo "make reproduce            set up, run every notebook on the cpu profile, write the figures (PROFILE=… for another)"
	@echo "make studies              the short RL runs that notebook 05 compares (39 on cpu), then the figures again"
	@echo "make test                 set up, look at the code (make lint), run the tests (make fast: only the quick ones)"
	@echo "make test-all             and the long ones: training, whole notebooks, a browser (over half an hour)"
	@echo "make lab                  JupyterLab in notebooks/"
	@echo 'make notebook N=05 ARGS="-p steps 300"   one notebook, headless'
	@echo "make figures              redraw the figures from what has been measured"
	@echo "make gpu-check            measure a GPU with the kit, in at most eight minutes (outputs/gpu_check)"
	@echo "make docs                 the documentation's pages, into site/"
	@echo "make doctor               what is installed and what is missing"
	@echo "make benchmarks           fetch the public benchmarks into benchmarks/"

setup: .rtlvr-env

# .rtlvr-env activates the environment that setup.sh found or made; it is older than pyproject.toml when that changed.
.rtlvr-env: pyproject.toml environment.yml setup.sh
	@./setup.sh

reproduce: setup
	@$(RTLVR) reproduce --profile $(PROFILE)

studies: setup
	@$(RTLVR) run 05_rl_study --profile $(PROFILE)
	@$(RTLVR) reproduce --profile $(PROFILE) --only 05_rl 08_paper_figures --again

test: fast
	@source .rtlvr-env && python -m pytest $(BESIDE) -m "tools and not (notebook or browser or alone or long)"

test-tools: setup
	@./setup.sh test-tools

test-all: test-tools test
	@source .rtlvr-env && python -m pytest $(BESIDE) -m "tools and long and not (notebook or browser or alone)"
	@source .rtlvr-env && python -m pytest -m "notebook or browser or alone"

lint: setup
	@source .rtlvr-env && ruff check . && ruff format --check . && mypy

fast: lint
	@source .rtlvr-env && python -m pytest $(FAST)

lab: setup
	@source .rtlvr-env && cd notebooks && jupyter lab

figures: setup
	@$(RTLVR) reproduce --profile $(PROFILE) --only 08_paper_figures --again

notebook: setup
	@source .rtlvr-env && mkdir -p "$(OUT)/notebooks" && papermill notebooks/$(N)*.ipynb \
	  "$(OUT)/notebooks/$$(basename notebooks/$(N)*.ipynb)" -p profile $(PROFILE) $(ARGS)

doctor: setup
	@$(RTLVR) doctor

gpu-check: setup
	@$(RTLVR) gpu-check --out outputs/gpu_check $(ARGS)

benchmarks: setup
	@$(RTLVR) fetch

docs: setup
	@source .rtlvr-env && { python -c "import mkdocs" 2> /dev/null || python -m pip install -q -e ".[docs]"; }
	@source .rtlvr-env && python docs/measured_table.py && python docs/drawing.py && NO_MKDOCS_2_WARNING=1 python -m mkdocs build -q -d site

clean:
	rm -rf .venv .rtlvr-env .pytest_cache .ruff_cache .mypy_cache
