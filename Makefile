# Two commands do all the set-up on a fresh machine:
#   make demo   install (wheels only, no compiler) and decide the committed township
#   make test   install everything (needs a C compiler for durable-rules, and Java for Spark)
#               and run all checks
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AS_OF := 2015-12-20
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test test-slow test-deep lint bench docs clean

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "shibie needs Python 3.11 or newer; found $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --only-binary :all: --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	@command -v cc >/dev/null || command -v gcc >/dev/null || { \
	  echo "make test needs a C compiler: durable-rules is built from source."; \
	  echo "  Debian/Ubuntu: apt-get install gcc python3-dev    macOS: xcode-select --install"; \
	  echo "  (make demo needs none.)"; exit 1; }
	@command -v java >/dev/null || { \
	  echo "make test needs Java 17 or newer for the tests on Spark."; \
	  echo "  Debian/Ubuntu: apt-get install openjdk-17-jre-headless    macOS: brew install openjdk"; \
	  echo "  (make demo needs none.)"; exit 1; }
	$(BIN)/pip install --quiet --editable ".[dev,rete,verify,report,spark]"
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	$(BIN)/shibie check fixtures/township-2015 --rules bazhong-2015 --as-of $(AS_OF) \
	  --out out/township-2015.xlsx --out out/township-2015

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m "not slow"

# What takes minutes: flat memory over 100,000 households.
test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m slow

# The properties alone, on thousands of households that are new in every run.
test-deep: $(VENV)/.dev
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -q -n auto --dist loadgroup -m hypothesis

# The engines to compare with are installed for this alone.
bench: $(VENV)/.dev
	$(BIN)/pip install --quiet --editable ".[bench]"
	$(BIN)/python bench/township.py
	$(BIN)/python bench/rete.py
	$(BIN)/python bench/explain.py
	$(BIN)/python bench/scale.py sizes 10000 100000 1000000
	$(BIN)/python bench/scale.py rules
	$(BIN)/python bench/peers.py out/bench/100000
	$(BIN)/python bench/explain.py

docs: $(VENV)/.dev
	$(BIN)/python -m pytest -q tests/test_docs.py

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis
