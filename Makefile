# Everything a person types here. `make help` lists it.
# The first Python on the PATH that is new enough; `make PYTHON=/path/to/python3.12 demo` chooses another one.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# Python compiles what is imported; compiling the rest as well would take a newcomer's time.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-compile --constraint constraints.txt
# one more than two cores: a third of the time of the tests is waiting for servers and processes
JOBS ?= 3
PYTEST := $(BIN)/python -m pytest --quiet --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
# A bench is a script that can write its figures down: helpers and trainers of models have no --json.
BENCHES = $(shell grep -l 'add_argument("--json"' benchmarks/*.py)

.DEFAULT_GOAL := help
# which Python the environment is made with; for .ci/run
python:
	@echo $(PYTHON)

.PHONY: help python demo test check static bench golden constraints clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):[^#]*##  *\(.*\)/\1 \2/p' Makefile | sort | while read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

demo: $(VENV)/.run  ## the whole road on the bundled sample site
	$(BIN)/tamis demo

check: static  ## style, types, import contracts and unit tests: before every commit
	$(PYTEST) -m "not integration and not browser"

test: static  ## everything: check, integration and browser tests
	@sh .ci/chromium $(BIN)
	$(PYTEST) || sh .ci/alone $(BIN) $$?

static: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@sh .ci/scripts $(VENV)

bench: $(VENV)/.dev  ## the figures, as tables and in benchmarks/out/
	@mkdir -p benchmarks/out
	@failed=; for bench in $(BENCHES); do \
		echo "== $$bench"; \
		$(BIN)/python $$bench --json benchmarks/out/$$(basename $$bench .py).json || failed="$$failed $$bench"; \
	done; if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi

golden: $(VENV)/.dev  ## rewrite the expected records of the test pages; read the diff before you commit it
	TAMIS_GOLDEN=rewrite $(BIN)/python -m pytest --quiet -k golden tests/pages tests/extractors
	@git --no-pager diff --stat -- tests

constraints: $(VENV)/.dev  ## write constraints.txt anew from the newest releases that pyproject.toml allows
	sh .ci/constraints $(PYTHON)

clean:  ## remove the environment, caches and what the demo left
	rm -rf .venv tamis-demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache benchmarks/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamp files say what is installed: nothing is installed again until pyproject.toml or constraints.txt changes.
$(VENV)/.made:
	@sh .ci/venv "$(PYTHON)" $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing Tamis into $(VENV); the first time this takes a minute or two."
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing Tamis with its development tools into $(VENV); the first time this takes a few minutes."
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/.run $@
