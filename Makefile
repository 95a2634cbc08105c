# Two commands matter: `make serve` and `make test`. Both install what is missing and say so.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
# The pinned wasm-opt comes first; --offline makes trunk take its tools from PATH.
export PATH := $(CURDIR)/.ci/tools/node_modules/.bin:$(PATH)
export QUADRANT_DATA ?= $(CURDIR)/target/data
export QUADRANT_SHARED ?= $(CURDIR)/../shared
TRUNK := trunk --color never
WASM := --target wasm32-unknown-unknown
# The command line as the tests build it: `cargo build` would compile its dependencies anew, without what tests ask of them.
COMMAND_LINE := cargo test --no-run --test rooms

.PHONY: help setup-build setup-test test-data serve cli build test test-native test-sql test-engines test-wasm test-size test-e2e bench lint fmt screenshots audit clean
help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup-build:
	@.ci/setup build
setup-test:
	@.ci/setup test

test-data:
	@.ci/test-data

serve: setup-build ## build the page and serve it with the demo extract on http://127.0.0.1:8080
	$(TRUNK) serve --offline --release --address 127.0.0.1 --port 8080

cli: ## the command line, target/release/quadrant, with all that this machine's processor can do
	RUSTFLAGS="$${RUSTFLAGS:-} -C target-cpu=native" cargo build --release --bin quadrant

build: setup-build ## leave a dist/ that works under any sub-path of any static host
	$(TRUNK) build --offline --release

# Linking the wasm keeps one core busy for minutes, so the native tests run beside it, and what is left of them beside the
# flows, which want the other core. ALSO: more targets to run after the native tests.
test: setup-test ## every test: native, wasm in a browser, end to end
	$(MAKE) --no-print-directory --jobs=2 --output-sync=line native-lane page-lane

.PHONY: native-lane page-lane weigh flows
native-lane:
	env -u MAKEFLAGS $(MAKE) --no-print-directory test-data test-native test-sql $(ALSO)
page-lane:
	env -u MAKEFLAGS $(MAKE) --no-print-directory build test-wasm flows

test-native: ## the analysis, natively
	cargo test

test-sql: test-data ## the scoring SQL on DuckDB: 0 differences to the analysis
	$(COMMAND_LINE)
	@.ci/engines duckdb

test-engines: test-data ## the same on Spark, Postgres, and BigQuery's and Snowflake's dialects (installs them)
	$(COMMAND_LINE)
	@.ci/engines spark postgres sqlglot

# wasm-bindgen's runner finds Debian's driver by this variable. The profile of the engine: it is what visitors run, and its
# dependencies are those of the engine, built already.
test-wasm: setup-test ## the same numbers in a headless browser
	CHROMEDRIVER=$$(command -v chromedriver) cargo test --profile engine --no-default-features $(WASM) --test web

test-size: build weigh ## what a first visit loads, against its budget, and against what it weighed last

test-e2e: setup-test build flows ## a real browser through every flow

weigh:
	node tests/e2e/size.mjs dist
flows: weigh test-data
	$(COMMAND_LINE)
	npm test --prefix tests/e2e --silent

bench: setup-build ## speed and memory, beside the peers, in one run
	bash tests/benches/run

lint: ## fmt, clippy natively and for wasm, rustdoc: all warnings are errors
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy $(WASM) --lib --bins -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --lib

fmt: ## format
	cargo fmt

screenshots: setup-test build ## pictures of each page, desktop and phone, light and dark
	npm run screenshots --prefix tests/e2e --silent

audit: setup-test build ## Lighthouse on dist/ as a phone and a desktop load it: prints the scores, fails below 95 and 100
	@.ci/setup audit
	npm run audit --prefix tests/audit --silent

clean: ## remove what was built
	cargo clean
	rm -rf dist
