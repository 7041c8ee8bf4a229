.PHONY: help install run folders reference questions notebook case-studies benchmarks planning test test-quick test-thorough test-numbers test-browser screenshots \
	test-slow lint format types audit coverage check ui clean

PYTHON ?= .venv/bin/python

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

install: .venv/installed  ## a virtual environment with everything for development

.venv/installed: pyproject.toml
	python3 -m venv .venv && .venv/bin/pip install -qe '.[dev]' && touch $@

run: install  ## the main job: a sweep over activations
	$(PYTHON) -m runner -m activation=sigmoid,tanh data=sine,xor,quadrants

reference: install  ## docs/reference.md, from the configs and the components, and docs/diagnoses.md, from the rules
	$(PYTHON) docs/reference/build.py
	$(PYTHON) docs/diagnoses/build.py

questions: install  ## ask the public questions of docs/diagnoses.md again (minutes), and write that page
	$(PYTHON) -m tests.end_to_end.questions
	$(PYTHON) docs/diagnoses/build.py

notebook: install  ## run docs/notebook.ipynb, so that it shows what it prints
	$(PYTHON) docs/notebook/run.py

case-studies: install  ## run all sweeps of the case studies (minutes; results in outputs/case-studies are kept) and write their pages
	$(PYTHON) docs/case_studies/build.py

benchmarks: install  ## all measurements (half an hour); peers from pip install -e '.[bench]'
	$(PYTHON) -m benchmarks | tee benchmarks/RESULTS.md

planning: install  ## composing and planning a job must not cost more than it did, beside parsing one config file
	$(PYTHON) -m benchmarks planning --against benchmarks/RESULTS.md

test: install  ## what a change can break: all parts, and the program from the command line to its pages
	$(PYTHON) -m pytest -n 3

test-quick: install  ## every law once, under a minute
	$(PYTHON) -m pytest -n 3 -m quick

test-thorough: install  ## end to end with servers, clusters, kills, full disks, sessions and long pages
	$(PYTHON) -m pytest -n 3 -m 'thorough and not slow'

test-numbers: install  ## tests of numbers again, as on a processor without AVX2 and AVX-512: none may depend on the last bits of one
	NPY_DISABLE_CPU_FEATURES='X86_V4 X86_V3' $(PYTHON) -m pytest -n 3 tests/nn tests/runner

coverage: install  ## `make test` with the lines that it reaches; takes half as long again
	$(PYTHON) -m pytest -n 3 --cov

test-browser: install  ## the report and MLflow's pages in Chromium, which must be installed
	.venv/bin/pip install -qe '.[browser]' && $(PYTHON) -m pytest -n 3 -m browser

screenshots: install  ## take the pictures of pages in README and docs again
	.venv/bin/pip install -qe '.[browser]' && $(PYTHON) -m tests.end_to_end.browser.screenshots

test-slow: install  ## the tests that take minutes
	$(PYTHON) -m pytest -n 3 -m slow

lint: install  ## style, unused code, formatting
	$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check .

format: install  ## fix style and formatting where ruff can
	$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

folders:  ## how many modules each folder of runner/ has, in the order in which they may import
	@for name in base datasets runs store plan findings train diagnosis conduct search app api; do \
		printf '%-10s %3s\n' $$name $$(find runner/$$name -name '*.py' -not -name __init__.py | wc -l); done

types: install  ## mypy, strict
	$(PYTHON) -m mypy

audit: install  ## known vulnerabilities of the installed packages, where an index of advisories can be reached
	$(PYTHON) .ci/audit.py

check: lint types audit test test-thorough test-numbers planning test-browser  ## all that CI runs; needs PostgreSQL and Chromium

ui: install  ## MLflow's pages over the store in this folder, without its telemetry
	MLFLOW_DISABLE_TELEMETRY=true .venv/bin/mlflow ui

clean:  ## remove what runs and tools left here, the store excepted
	rm -rf outputs .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
