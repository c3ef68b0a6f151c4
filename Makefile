# What this project can do from a fresh checkout, with Go alone. `make` prints it.

GO ?= go

# The linter is built from source by the Go module proxy, at this version, beside our own programs: go.mod stays ours.
LINT_VERSION := v2.15.0
LINT_DIR     := $(CURDIR)/bin/golangci-lint-$(LINT_VERSION)
LINT         := $(LINT_DIR)/golangci-lint

# The race detector wants a C compiler; without one Go says that cgo is off.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)

# How long each fuzz test runs in test-long.
FUZZTIME ?= 30s

.DEFAULT_GOAL := help

.PHONY: help
help: ## print this
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## see it work: the server with a simulated shop, its orders and the shipped flows live, until Ctrl-C
	$(GO) run . demo

.PHONY: first-run
first-run: ## one flow, once, step by step: a shop, a database, and the order that it sets right
	$(GO) run ./examples/firstrun

.PHONY: build
build: ## build the program as bin/sluice
	$(GO) build -trimpath -o bin/sluice .

.PHONY: test
test: ## run all tests
	$(GO) test $(RACE) -shuffle=on -timeout 25m ./...

.PHONY: test-long
test-long: $(LINT) ## run all tests for longer: more seeds, planted mistakes for the linter, then fuzz
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
	rm -rf bin
