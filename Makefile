# What this project can do from a fresh checkout, with Go, and Node.js for the page. `make` prints it.

GO ?= go

# The linter is built from source by the Go module proxy, at this version, beside our own programs: go.mod stays ours.
LINT_VERSION := v2.15.0
LINT_DIR     := $(CURDIR)/bin/golangci-lint-$(LINT_VERSION)
LINT         := $(LINT_DIR)/golangci-lint

# The race detector wants a C compiler; without one Go says that cgo is off.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)

# How long each fuzz test runs in test-long.
FUZZTIME ?= 30s

# The page is built from all of these; a build that is newer than they are is used again.
WEB_SOURCES := server/openapi.json web/index.html web/package-lock.json web/vite.config.ts $(shell find web/src web/scripts web/public -type f 2>/dev/null)
# The program works without Node.js, but then has no page.
NODE := $(shell command -v node 2>/dev/null)
NO_NODE := Node.js is not here, so the program is built without its page: the API works, the page says what is missing. Install Node.js 20.19 or newer for it.

.DEFAULT_GOAL := help

.PHONY: help
help: ## print this
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: page ## see it work: the server with a simulated shop, its orders and the shipped flows live, until Ctrl-C
	$(GO) run . demo

.PHONY: first-run
first-run: ## one flow, once, step by step: a shop, a database, and the order that it sets right
	$(GO) run ./examples/firstrun

.PHONY: build
build: page ## build the program as bin/sluice
	$(GO) build -trimpath -o bin/sluice .

.PHONY: page
page: $(if $(NODE),web/dist/index.html)
	@$(if $(NODE),true,echo "$(NO_NODE)" >&2)

.PHONY: web
web: $(if $(NODE),web/dist/index.html) ## build the editor's page, which the program holds
	@$(if $(NODE),true,echo "$(NO_NODE)" >&2; exit 1)

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-fund --no-audit --loglevel=error

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build

.PHONY: services
services: ## start the databases and brokers that tests speak to, where they are not running
	@.ci/services

.PHONY: test
test: services $(if $(NODE),test-web) ## run all tests
	@$(if $(NODE),true,echo "Node.js is not here: the page's tests are left out" >&2)
	$(GO) test $(RACE) -shuffle=on -timeout 25m ./...

.PHONY: test-web
test-web: web ## run the page's tests: types, lint, units, and in a browser against the program
	cd web && npm run --silent check
	$(GO) build -o bin/sluice-e2e .
	cd web && SLUICE_BIN=$(CURDIR)/bin/sluice-e2e npm run --silent e2e

.PHONY: screenshots
screenshots: web ## draw the pages in both languages and themes into docs/screenshots
	$(GO) build -o bin/sluice-e2e .
	cd web && SLUICE_BIN=$(CURDIR)/bin/sluice-e2e npm run --silent screenshots

.PHONY: test-long
test-long: services $(LINT) ## run all tests for longer: more seeds, planted mistakes for the linter, then fuzz
	SLUICE_TEST_LONG=1 $(GO) test $(RACE) -shuffle=on -count=1 -timeout 120m ./...
	@$(MAKE) --no-print-directory fuzz

.PHONY: fuzz
fuzz: ## run every fuzz test for FUZZTIME (30s)
	@set -e; for package in $$($(GO) list ./...); do \
		for name in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "fuzz $$package $$name for $(FUZZTIME)"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

.PHONY: check
check: lint verify ## before a commit: format, vet, lint, verify, and the tests that are quick
	$(GO) test -short ./...

.PHONY: bench
bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: lint
lint: $(LINT) ## look for mistakes; this includes gofmt, goimports and go vet
	$(LINT) run

.PHONY: fix
fix: $(LINT) ## put right what the linters can: formatting, imports, old ways of saying things
	$(LINT) run --fix

$(LINT):
	@echo "building golangci-lint $(LINT_VERSION), once; this takes a minute or two"
	GOBIN=$(LINT_DIR) GOFLAGS= $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

.PHONY: generate
generate: ## write docs/reference and the table in CONTRIBUTING.md from the code
	$(GO) run ./internal/docgen

.PHONY: verify
verify: ## fail if generate would change something
	$(GO) run ./internal/docgen -check

.PHONY: clean
clean: ## remove what was built
	rm -rf bin web/build web/dist/assets web/dist/favicon.svg.* web/dist/index.html
