.PHONY: help install run reference notebook case-studies benchmarks test test-quick test-browser screenshots test-slow lint \
	format types audit coverage check ui clean

PYTHON ?= .venv/bin/python

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

install: .venv/installed  ## a virtual environment with everything for development

.venv/installed: pyproject.toml
	python3 -m venv .venv && .venv/bin/pip install -qe '.[dev]' && touch $@

run: install  ## the main job: a sweep over activations
	$(PYTHON) -m runner -m activation=sigmoid,tanh data=sine,xor,quadrants

reference: install  ## docs/reference.md, from the configs and the components
	$(PYTHON) docs/reference/build.py

notebook: install  ## run docs/notebook.ipynb, so that it shows what it prints
	$(PYTHON) docs/notebook/run.py

case-studies: install  ## run all sweeps of the case studies (minutes; results in outputs/case-studies are kept) and write their document
	$(PYTHON) docs/case_studies/build.py

benchmarks: install  ## all measurements (half an hour); peers from pip install -e '.[bench]'
	$(PYTHON) -m benchmarks | tee benchmarks/RESULTS.md

test: install  ## all tests but the slow ones
	$(PYTHON) -m pytest -n 3

test-quick: install  ## every law once, under a minute
	$(PYTHON) -m pytest -n 2 -m quick

coverage: install  ## the same with the lines that they reach, which takes half as long again
	$(PYTHON) -m pytest -n 3 --cov

test-browser: install  ## the report and MLflow's pages in Chromium, which must be installed
	.venv/bin/pip install -qe '.[browser]' && $(PYTHON) -m pytest -m browser

screenshots: install  ## take the pictures of pages in README and docs again
	.venv/bin/pip install -qe '.[browser]' && $(PYTHON) -m tests.end_to_end.browser.screenshots

test-slow: install  ## the tests that take minutes
	$(PYTHON) -m pytest -n 3 -m slow

lint: install  ## style, unused code, formatting
	$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check .

format: install  ## mend what can be mended
	$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

types: install  ## mypy, strict
	$(PYTHON) -m mypy

audit: install  ## known vulnerabilities of the installed packages, where an index of advisories can be reached
	$(PYTHON) .ci/audit.py

check: lint types test  ## everything that CI checks

ui: install  ## MLflow's pages over the store in this folder, without its telemetry
	MLFLOW_DISABLE_TELEMETRY=true .venv/bin/mlflow ui

clean:  ## remove what runs and tools left here, the store excepted
	rm -rf outputs .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
