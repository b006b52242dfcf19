# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Tools live in $(VENV), results in .results. Another Python: `make units VENV=.venv-3.13 PYTHON=python3.13`.
VENV ?= .venv
PYTHON ?= $(shell tests/find_python.sh default)

REQUIREMENTS := meta/requirements.txt requirements-dev.txt $(wildcard tests/*/requirements.txt)

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo check test test-all lint units simulator smoke thorough browser sanity ansible-test docs readme published release \
	bench bench-limit bench-limit-model venv clean

help: ## Show this list
	@sed -n 's/^\([a-z -]*\):.*## /\1\t/p' Makefile | expand -t 40

demo: venv ## Take tenants of a simulated Qlik Cloud out of service, with a run that is killed
	tests/demo/run.sh

check: lint ## What to run while you work: style, types, unit tests, the simulator's tests (about a minute)
	tests/run.sh units simulator

test: lint ## The check, Ansible's sanity tests, and each playbook and module for real (about five minutes)
	tests/run.sh units simulator smoke browser sanity

test-all: lint ## Every test, each in both readings of the register host (about a quarter of an hour)
	tests/run.sh units simulator smoke thorough browser sanity ansible-test

lint: venv ## Check style, types, spelling, licences and the changelog's fragments
	yamllint --strict .
	ansible-lint --strict
	ruff check
	ruff format --check
	mypy
	shellcheck .ci/run .ci/release tests/*.sh tests/demo/*.sh docs/pipelines/*.sh
	antsibull-changelog lint
	codespell
	reuse lint --lines

units simulator smoke thorough browser sanity ansible-test: venv ## Run one part of the tests
	tests/run.sh $@

bench: venv ## Measure what a tenant costs, beside other ways: make bench N=200 (BENCH_OPTIONS=--check)
	python tests/benchmark --tenants $(or $(N),200) $(BENCH_OPTIONS)

bench-limit: venv ## Measure how close a run comes to the API's own limit: make bench-limit BENCH_OPTIONS="--forks 5"
	python tests/benchmark/limit.py $(BENCH_OPTIONS)

bench-limit-model: venv ## The same on a model, against every algorithm: thousands of virtual runs
	python tests/benchmark/limit_model.py $(BENCH_OPTIONS)

docs: venv ## Build the documentation site in .results/docs/html
	uv pip install --quiet --system-certs --python $(VENV)/bin/python -r docs/docsite/requirements.txt
	ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/.collections python docs/docsite/build.py .results/docs

readme: venv ## Write the tables of variables into the READMEs of the roles
	python docs/role_readmes.py

published: venv ## Build the tarball, and check it as Galaxy, Automation Hub and execution environments do
	tests/published.sh .

release: venv ## Make the commit and the tarball of a version, with all checks: make release VERSION=1.2.3
	.ci/release "$(VERSION)"

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
