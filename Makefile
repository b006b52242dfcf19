# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Tools live in $(VENV), results in .results. Another Python: `make units VENV=.venv-3.13 PYTHON=python3.13`.
VENV ?= .venv
PYTHON ?= $(shell tests/find_python.sh default)

REQUIREMENTS := requirements.txt requirements-dev.txt $(wildcard tests/*/requirements.txt)

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint sanity units integration simulator bench bench-limit venv clean

help: ## Show this list
	@sed -n 's/^\([a-z -]*\):.*## /\1\t/p' Makefile | expand -t 40

demo: venv ## Take tenants of a simulated Qlik Cloud out of service, with a run that is killed
	tests/demo/run.sh

test: lint ## Run every check and every test
	tests/run.sh sanity units integration simulator

coverage: venv ## Run the tests and tell what of plugins/ they reach
	tests/run.sh --coverage units integration

lint: venv ## Check style, types and the changelog's fragments
	yamllint --strict .
	ansible-lint --strict
	ruff check
	mypy
	shellcheck .ci/run
	antsibull-changelog lint

sanity units integration simulator: venv ## Run one part of the tests
	tests/run.sh --coverage $@

bench: venv ## Measure what a tenant costs, beside other ways: make bench N=200 (BENCH_OPTIONS=--check)
	python tests/benchmark --tenants $(or $(N),200) $(BENCH_OPTIONS)

bench-limit: venv ## Measure how close a run comes to the API's own limit: make bench-limit BENCH_OPTIONS="--forks 5"
	python tests/benchmark/limit.py $(BENCH_OPTIONS)

venv: $(VENV)/ready ## Install the tools

$(VENV)/ready: $(REQUIREMENTS)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3-venv)"; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/bin/uv pip install --quiet --system-certs --compile-bytecode --python $(VENV)/bin/python $(addprefix -r ,$(REQUIREMENTS))
	@mkdir -p .collections/ansible_collections/tenantops
	@ln -sfn ../../.. .collections/ansible_collections/tenantops/qlik
	@touch $@

clean: ## Remove what the other targets made
	rm -rf .ansible .collections .mypy_cache .results .ruff_cache .venv* tests/output
