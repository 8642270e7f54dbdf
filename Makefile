# Everything that is done in this clone by hand or by CI. `make` lists it.
# It needs Go and bash; each target says what it needs beyond that.

SHELL         := /bin/bash
.SHELLFLAGS   := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS     += --no-print-directory

# Flags for go test, such as TEST_FLAGS='-race -run Approve'.
TEST_FLAGS ?=
# What make test tests.
PACKAGES   ?= ./...
# For how long make fuzz looks for input that breaks each parser.
FUZZ_TIME  ?= 10m
# How many rows of each list make verify proves its bound with.
VERIFY_ROWS ?= 1000000
# Flags for that proof, such as VERIFY_FLAGS='-list seats -v'.
VERIFY_FLAGS ?=
# Who `make token` is for.
ROLE       ?= ADMIN
# Where make quickstart, redeem, certificates and lists find the server: where make run puts it.
GATEHOUSE_URL ?= http://$(or $(GATEHOUSE_ADDR),127.0.0.1:8080)

# The linter is built from source, once for each version (a minute and a half).
LINT_VERSION := v2.15.0
LINT         := bin/golangci-lint-$(LINT_VERSION)

# What `make generate` writes and `make fresh` compares.
GENERATED := $(wildcard ent/generated graph/exec graph/model docs/lifecycle.md docs/configuration.md \
	internal/enrollpage/assets/page.js internal/enrollpage/assets/LICENSES.txt)

# The packages that the script of the enrollment pages is bundled with, as
# package-lock.json names them; npm gets them from the registry that it is set to.
WEB        := internal/enrollpage/web
WEB_MODULES := $(WEB)/node_modules/.package-lock.json

# The page that shows frontend developers how to begin, and what it is built with.
EXAMPLE         := examples/inventory
EXAMPLE_MODULES := $(EXAMPLE)/node_modules/.package-lock.json

# A clone's binary tells its commit (gatehouse version). A folder that is no git
# repository, or has no commit yet, has none to tell, and go build would fail.
VCS := $(if $(shell git rev-parse --quiet --verify HEAD 2>/dev/null),true,false)

##@ Every day

.PHONY: help
help: ## This list.
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ /             { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo

# exec, so that a signal to make reaches the server itself, which ends its
# PostgreSQL; a shell between them would end alone.
.PHONY: run
run: build ## Run everything: a private PostgreSQL, demo data, GraphiQL with sign-in. Ctrl-C ends it.
	@exec bin/gatehouse dev

.PHONY: test
test: ## Run all tests on a throw-away PostgreSQL. TEST_FLAGS and PACKAGES say how and which.
	go run ./internal/testdb/cluster -- go test $(TEST_FLAGS) $(PACKAGES)

.PHONY: lint
lint: $(LINT) ## Check the code and its import rules (.golangci.yml).
	$(LINT) run

.PHONY: build
build: ## Build bin/gatehouse.
	go build -buildvcs=$(VCS) -o bin/gatehouse ./server

##@ With `make run` in another terminal

# Nothing but the token on standard output: TOKEN=$(make token ROLE=APPROVER).
.PHONY: token
token: bin/gatehouse ## Print a token. ROLE=APPROVER for another role than ADMIN.
	@bin/gatehouse token --role $(ROLE)

.PHONY: quickstart
quickstart: ## Do the main job from a terminal, with curl, jq and openssl.
	@GATEHOUSE_URL=$(GATEHOUSE_URL) examples/quickstart.sh

.PHONY: redeem
redeem: ## Turn an invitation into a certificate, with the same tools.
	@GATEHOUSE_URL=$(GATEHOUSE_URL) examples/redeem.sh

.PHONY: certificates
certificates: ## Import certificates; put one on hold, revoke it, and have openssl tell.
	@GATEHOUSE_URL=$(GATEHOUSE_URL) examples/certificates.sh

.PHONY: lists
lists: ## Save a view, download it, and act on all that it shows; watch the job over server-sent events.
	@GATEHOUSE_URL=$(GATEHOUSE_URL) examples/lists.sh

##@ When the tables, the schema or the rules change

.PHONY: migration
migration: ## Write the next migration from ent/schema. NAME=add_phone names it.
	go run ./ent/diff $(or $(NAME),$(error say what changes: make migration NAME=add_phone))

# Each page is written beside itself first: a generator that fails leaves the old one.
.PHONY: generate
generate: $(WEB_MODULES) ## Write what is generated: ent, gqlgen, the reference pages, the enrollment pages' script (needs npm).
	go generate ./ent
	go tool gqlgen generate
	go run ./internal/lifecycle/docgen > docs/.lifecycle.md
	mv docs/.lifecycle.md docs/lifecycle.md
	{ sed '/^<!-- settings -->$$/q' docs/configuration.md; \
		printf '\n```text\n'; env -i PATH="$$PATH" HOME="$$HOME" COLUMNS=120 go run ./server serve --help | sed -n '/^Flags:/,$$p'; printf '```\n'; \
	} > docs/.configuration.md
	mv docs/.configuration.md docs/configuration.md
	go run ./internal/enrollpage/bundle internal/enrollpage

# Not a part of generate: it needs PostgreSQL. make test fails while the page is stale.
.PHONY: refusals
refusals: ## Write docs/refusals.md anew: provoke every refusal, and write down what is answered.
	go run ./internal/testdb/cluster -- go test -count 1 -run '^TestRefusals$$' ./graph -update

# By content and not by git diff, so that it also tells on work that is not committed.
.PHONY: fresh
fresh: ## Fail when something generated was not what make generate writes; it is written anew.
	@sums() { find $(GENERATED) -type f -exec sha256sum {} + | sort -k 2; }; \
	before=$$(sums); $(MAKE) generate; \
	diff <(echo "$$before") <(sums) || { echo "These files were not what make generate writes. They now are: look at them and commit them." >&2; exit 1; }

##@ Now and then

.PHONY: verify
verify: build ## Recount every counter of the development database against its rows, and prove at VERIFY_ROWS=1000000 how little a page of any list reads.
	bin/gatehouse verify
	go run ./internal/plans -rows $(VERIFY_ROWS) $(VERIFY_FLAGS)

# Go keeps what it has learnt in its build cache, and goes on from there. Input that
# breaks a parser is written to testdata/fuzz beside its tests, which from then on try it.
# Without a bound, a short run does little but make what it found interesting shorter.
FUZZ = go test -run '^$$' -fuzztime $(FUZZ_TIME) -fuzzminimizetime 100x
.PHONY: fuzz
fuzz: ## Look for certificates, files and CSRs that break their parsers. FUZZ_TIME=10m for each.
	$(FUZZ) -fuzz '^FuzzRead$$' ./internal/certificate
	$(FUZZ) -fuzz '^FuzzScan$$' ./internal/certificate
	$(FUZZ) -fuzz '^FuzzCSR$$' ./internal/inventory

.PHONY: e2e
e2e: $(WEB_MODULES) $(EXAMPLE_MODULES) ## Try everything that has a page in a real browser. Needs chromium, and npm for axe-core and the page of examples/inventory.
	go test -tags e2e -count 1 -v ./internal/e2e ./internal/enrollpage

.PHONY: bench
bench: build ## Load a million enrollments and a million seats; measure the list query, the usage of licences, imports of files beside COPY, imports and lists of certificates, bulk actions beside hand-written SQL, and pages by the number of enrollments. BENCH_FLAGS=-help tells the sizes.
	go run ./internal/bench $(BENCH_FLAGS)

.PHONY: clean
clean: ## Remove what was built. The development data stay.
	rm -rf bin

bin/gatehouse:
	@$(MAKE) build >&2

$(WEB_MODULES): $(WEB)/package.json $(WEB)/package-lock.json
	npm ci --prefix $(WEB)

$(EXAMPLE_MODULES): $(EXAMPLE)/package.json $(EXAMPLE)/package-lock.json
	npm ci --prefix $(EXAMPLE)

$(LINT):
	GOBIN=$(CURDIR)/bin/lint go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv bin/lint/golangci-lint $(LINT)
	rmdir bin/lint
