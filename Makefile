# make run and make test are all a newcomer needs; both install what is missing into .venv.
.DEFAULT_GOAL := help
.PHONY: help install run test bench soak lint shots texts clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
UV_VERSION := 0.13.8
LOCALE := core/ui/locale
PYTEST := $(BIN)/python -m pytest
# on a machine that stands in disk waits another process may once be late; what fails twice has failed, and both are told
ONCE_MORE := --reruns 1 -rR

help:  ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP)  ## Make .venv with the locked dependencies, test tools included

$(STAMP): uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
	@touch $@

run: install  ## Open the studio in the browser
	@$(BIN)/throughline studio

test: install lint  ## Check style, types and architecture, then run all tests
	@$(PYTEST) $(ONCE_MORE) -n 4 --dist worksteal tests --ignore tests/browser
	@# on their own: Playwright's loop stays in a process and lets no other test run one
	@. tests/browser/find_chromium.sh && $(PYTEST) $(ONCE_MORE) -n 3 --dist worksteal tests/browser

lint: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: install  ## Print the benchmarks' ratios
	@$(BIN)/python -m tests.benchmarks

soak: install  ## Long stress runs: 200 kills and more, and a thousand images among faults
	@THROUGHLINE_SOAK=1 $(PYTEST) tests/crash tests/contract/test_load.py -x

shots: install  ## Make the pictures of the README
	@$(BIN)/python -m tests.shots

texts: install  ## Collect the interface's texts, and compile their translations
	@$(BIN)/pybabel -q extract -k ngettext:1,2 --no-location --sort-output --omit-header -o $(LOCALE)/throughline.pot core/ui pages
	@$(BIN)/pybabel -q update -i $(LOCALE)/throughline.pot -d $(LOCALE) -D throughline --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	@$(BIN)/pybabel -q compile -d $(LOCALE) -D throughline --statistics

clean:  ## Remove what was made here
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache
