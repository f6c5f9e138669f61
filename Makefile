# make specs   the main job: replay the dialogue specs, offline
# make test    the tests of the harness itself
# make check   linters and types
# make docs    the documentation, in build/site; warnings are errors
# make bench   the benchmarks that print the figures in docs/benchmarks.md; bench-start, bench-checks and bench-live are its parts
# make test-servers   the tests against a server that is not ours, the LiteLLM proxy; goes to .venv-servers, 740 MB
#
# Each command creates the virtual environment in .venv if need be; PYTHON names the interpreter it is made with.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SERVERS := .venv-servers
SERVERS_READY := $(SERVERS)/.ready

# pytest rewrites asserts in every module it tests with; without compiled files it would do so anew in each run.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: specs test test-servers check docs bench bench-start bench-checks bench-live clean
.DEFAULT_GOAL := specs

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed, but $(PYTHON) is `$(PYTHON) --version`; try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || \
	  { echo "$(PYTHON) has no ensurepip; on Debian and Ubuntu install the package python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

specs: $(READY)
	$(BIN)/pytest specs

test: $(READY)
	$(BIN)/pytest tests -n auto

# The tests run in the environment of the harness; of the other one they start the proxy's executable, and nothing else.
test-servers: $(READY) $(SERVERS_READY)
	HARNESS_TEST_LITELLM=$(CURDIR)/$(SERVERS)/bin/litellm $(BIN)/pytest tests/servers

$(SERVERS_READY): pyproject.toml | $(READY)
	$(PYTHON) -m venv $(SERVERS)
	$(SERVERS)/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'  # the first to know groups
	$(SERVERS)/bin/python -m pip install --quiet --disable-pip-version-check --group servers
	@touch $(SERVERS_READY)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "build/site/index.html"

$(VENV)/.docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,docs]'
	@touch $@

bench: bench-start bench-checks bench-live

bench-start: $(READY)
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/replay.py

bench-checks: $(READY)
	$(BIN)/python benchmarks/loops.py
	$(BIN)/python benchmarks/loops_authored.py
	$(BIN)/python benchmarks/topic.py
	$(BIN)/python benchmarks/topic_authored.py
	$(BIN)/python benchmarks/family.py
	$(BIN)/python benchmarks/form.py
	$(BIN)/python benchmarks/schema_suite.py

bench-live: $(READY)
	$(BIN)/python benchmarks/live.py

clean:
	rm -rf $(VENV) $(SERVERS) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
