# What a newcomer, a contributor and CI all type. `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# The Pythons that we promise, and the tests quick enough to run on each of them.
PYTHONS := 3.11 3.12 3.13
QUICK  := tests/audio tests/config tests/governor tests/reply tests/store tests/text
# How many tests run at a time; each worker takes whole files (0: one after the other, in one process).
PYTEST_WORKERS ?= 2
PYTEST := $(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile
TEXT   ?= Good evening, Jarvis. How are you today?

.DEFAULT_GOAL := help
.PHONY: help try test test-long test-quick test-pythons test-vm chaos mutants check check-units format man words lock bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 20

try: $(VENV)/.installed ## ask a daemon a question and hear it answer; installs nothing outside (TEXT="…")
	@$(BIN)/jarvisctl try --text "$$TEXT"
export TEXT

test: $(VENV)/.installed-dev ## run the tests (PYTEST_WORKERS=4: so many at a time)
	$(PYTEST)

test-long: $(VENV)/.installed-dev ## run all tests, the long ones too, with many more examples
	JARVISD_TESTS_PROFILE=long $(PYTEST) -m "long or not long" --timeout 3600

test-quick: $(VENV)/.installed-dev ## the tests that take seconds
	$(PYTEST) -q -m "not long and not slow" $(QUICK)

test-pythons: ## the quick tests on each Python from 3.11 to 3.13 that is there (WITHOUT=3.11)
	@for version in $(filter-out $(WITHOUT),$(PYTHONS)); do \
	  python=; \
	  for found in python$$version $$(ls -d $$HOME/.pyenv/versions/$$version.*/bin/python 2>/dev/null); do \
	    if $$found -c 'import venv' 2>/dev/null; then python=$$found; fi; \
	  done; \
	  if [ -z "$$python" ]; then echo "Python $$version is not here: not tried"; continue; fi; \
	  echo "Python $$version:"; \
	  $(MAKE) --no-print-directory test-quick VENV=.cache/python$$version PYTHON=$$python || exit 1; \
	done

chaos: $(VENV)/.installed-dev ## break a daemon in every way, for some minutes (ONLY="words of names", SEED=…)
	$(BIN)/python -m tests.chaos $(ONLY) $(if $(SEED),--seed $(SEED))

test-vm: $(VENV)/.installed-dev ## install, run and upgrade under a real systemd (ONLY="words of names")
	$(BIN)/python -m tests.vm $(ONLY)

mutants: $(VENV)/.installed-dev ## change the pure cores, and see the tests notice; up to an hour (ONLY="modules")
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group mutants
	$(BIN)/python -m scripts.mutants $(ONLY)

check: check-units $(VENV)/.installed-dev ## check format, style, types, imports and units
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.manual --check
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group words
	$(BIN)/python -m scripts.words --check

check-units: $(VENV)/.installed-dev ## check the systemd units and the installer
	$(BIN)/pytest -q tests/systemd tests/installer

format: $(VENV)/.installed-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.installed-dev ## pin the newest packages, with their hashes, for install.sh
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group lock
	$(BIN)/python -m scripts.lock

man: $(VENV)/.installed ## write the manual pages from the commands and settings
	$(BIN)/python -m scripts.manual

words: $(VENV)/.installed-dev ## write the tables of words by language, from CLDR and num2words
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group words
	$(BIN)/python -m scripts.words

bench: $(VENV)/.installed-dev ## benchmark this machine
	$(BIN)/jarvisctl bench

clean: ## remove everything that these targets made
	rm -rf $(VENV) .cache build dist *.egg-info jarvis.wav
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/pip:
	@test -w . || { echo "make cannot write to $(CURDIR). Clone jarvisd to a directory of your own." >&2; exit 1; }
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "jarvisd needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "No venv module. On Debian: sudo apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/pip
	@echo "Installing jarvisd and its libraries (once; about half a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[tui]"
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/pip
	@echo "Installing what tests and checks need (once; about a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench,tui]" --group test --group check
	@touch $@ $(VENV)/.installed
