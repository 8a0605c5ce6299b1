# make workshop   set up, then open JupyterLab on the first notebook
# make quick      set up, then lint, types and the tests that need no cloud: about a minute
# make test       set up, then run every test, the browser's included
# make learner    the whole eye: the course as a learner meets it, for as long as it takes;
#                 goes on where it was stopped, and reports to exports/learner/report.md
# make charts     set up, run every notebook headless, leave the charts in exports/
# make book       the same, and the course as it was run, as pages in exports/book/
# make pictures   every page and panel in every state, as screenshots in exports/pictures/
# make setup      only install
# make check      formatter, linter and types
# make simulate   planner against engine, then the engine seed after seed, until stopped
# make coverage   how often our intervals hold the truth, into docs/coverage.md
# make fuzz       twenty thousand requests that make no sense, from a seed that it prints
# make soak       ten minutes of writes into three Regions: does memory grow, do reads slow down?
# make bench      what the door costs, beside MiniStack alone, into docs/benchmarks.md
# make clean      remove what setup and runs have made

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: workshop quick test learner charts book pictures setup check fuzz soak simulate coverage bench clean browser
.DEFAULT_GOAL := workshop

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The workshop needs Python 3.11 or later; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=24,<26.3"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	$(BIN)/python -m pip check
	@touch $@

workshop: setup
	$(BIN)/workshop lab

quick: check
	$(BIN)/python -m pytest -m quick

test: setup browser check
	$(BIN)/python -m pytest

learner: setup browser
	$(BIN)/python -m pytest -p tests.eye --eye exports/learner -m ""

charts: setup
	$(BIN)/workshop charts

book: setup
	$(BIN)/workshop book

pictures: setup browser
	$(BIN)/python -m tools.pictures

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: setup
	FUZZ=20000 $(BIN)/python -m pytest -s tests/localcloud/test_fuzz.py

soak: setup
	$(BIN)/python -m tests.localcloud.soak

simulate: setup
	$(BIN)/python -m helpers.planning.agreement
	$(BIN)/python -m helpers.localcloud.simulation --keep tests/engine/seeds.txt

coverage: setup
	$(BIN)/python tools/measure_coverage.py

bench: setup
	$(BIN)/python -m tools.bench

browser:
	@sh tools/browser.sh

clean:
	-$(BIN)/workshop down
	rm -rf $(VENV) exports backend/.chalice/deployed backend/.chalice/deployments
