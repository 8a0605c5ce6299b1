# make workshop   set up, then open JupyterLab on the first notebook
# make quick      set up, then lint, types and the tests that need no cloud: about a minute
# make test       set up, then run every test, the browser's included
# make learner    the whole eye: the course as a learner meets it, for as long as it takes;
#                 continues where it was stopped, and reports to exports/learner/report.md
# make charts     set up, run every notebook without a browser, save the charts in exports/
# make book       the same, and the course as it was run, as pages in exports/book/
# make pictures   every page and panel in every state, as screenshots in exports/pictures/
# make demo       one page for a projector: map, two big bookmarks, outages, a live staleness curve
# make setup      only install what a learner needs;  make setup-dev   and what developers need
# make lock       write requirements.lock again from pyproject.toml
# make check      formatter, linter and types
# make simulate   planner against engine, then the engine seed after seed, until stopped
# make coverage   how often our intervals contain the truth, into docs/coverage.md
# make fuzz       twenty thousand requests that make no sense, from a seed that it prints
# make soak       ten minutes of writes into three Regions: does memory grow, do reads slow down?
# make bench      what the door costs, beside MiniStack alone, into docs/benchmarks.md
# make clean      remove what setup and runs have made

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Two sets: what learners need, and with what developers need on top.
STAMP  := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev

.PHONY: workshop demo quick test learner charts book pictures setup setup-dev check fuzz soak \
  simulate coverage bench lock clean browser
.DEFAULT_GOAL := workshop

setup: $(STAMP)

setup-dev: $(DEV)

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -m helpers setup
	@touch $@

$(DEV): pyproject.toml requirements.lock
	@$(PYTHON) -m helpers setup --dev
	@touch $(STAMP) $@

workshop: setup
	$(BIN)/workshop lab

demo: setup
	$(BIN)/workshop demo

quick: check
	$(BIN)/python -m pytest -m quick

# Most of a test is waiting for replication: two at a time take half as long.
test: setup-dev browser check
	$(BIN)/python -m pytest -n 2 --dist loadfile

learner: setup-dev browser
	$(BIN)/python -m pytest -n 4 --dist worksteal -p tests.eye --eye exports/learner -m ""

charts: setup
	$(BIN)/workshop charts

book: setup
	$(BIN)/workshop book

pictures: setup-dev browser
	$(BIN)/python -m tools.pictures

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: setup-dev
	FUZZ=20000 $(BIN)/python -m pytest -s tests/localcloud/test_fuzz.py

soak: setup-dev
	$(BIN)/python -m tests.localcloud.soak

simulate: setup
	$(BIN)/python -m helpers.planning.agreement
	$(BIN)/python -m helpers.localcloud.simulation --keep tests/engine/seeds.txt

coverage: setup
	$(BIN)/python tools/measure_coverage.py

bench: setup-dev
	$(BIN)/python -m tools.bench

browser:
	@sh tools/browser.sh

# uv, as it resolves for every platform at once: pip install uv
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-annotate --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean:
	-$(BIN)/workshop down
	rm -rf $(VENV) exports backend/.chalice/deployed backend/.chalice/deployments
