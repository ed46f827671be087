# make demo をまず試してください。どの命令も、必要な準備を先に済ませます。

PYTHON ?= python3
BIN := .venv/bin
LOCK := deploy/requirements-dev.txt
PEERS := tests/bench/peers
DEBIAN_POSTGRES := /usr/lib/postgresql/15/bin
# 版によって違いうるのは SQL なので、15 ではそれをよく使うものだけを確かめる。全部は make proof で。
ON_15 := $(addprefix tests/database/test_,append_only.py publishing.py standings.py following.py \
  projecting.py editions.py tree.py importing.py)

.PHONY: setup demo check test proof bench lock clean
.DELETE_ON_ERROR:

setup: .venv/ready

# uv 自身も、同じ指紋付きの一覧から入れる。
.venv/ready: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 以上が必要です。make PYTHON=... で指定できます' >&2; exit 1; }
	@umask 022 && set -e; \
	if ! test -x $(BIN)/uv; then \
	  $(PYTHON) -m venv --clear .venv; \
	  sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > .venv/uv.txt; \
	  $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r .venv/uv.txt; \
	fi; \
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $(LOCK); \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	touch $@

demo: setup
	@$(BIN)/ichi demo

check: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@templates=$$(find services shared -name '*.html' -type f | head -n 1); \
	test -z "$$templates" || $(BIN)/djlint --lint --profile jinja services shared

test: check
	$(BIN)/pytest --ignore=tests/proof --cov --cov-report=
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --include='shared/domain/*' --fail-under=100
	@test -x $(DEBIAN_POSTGRES)/postgres || sh deploy/system-packages.sh
	@if test -x $(DEBIAN_POSTGRES)/postgres; then \
	  echo 'PostgreSQL 15 でもう一度: $(ON_15)'; \
	  ICHI_TEST_POSTGRES=$(DEBIAN_POSTGRES) $(BIN)/pytest $(ON_15); \
	else \
	  echo 'Debian の PostgreSQL 15 がないため、15 での確認は省きました'; \
	fi

proof: setup
	ICHI_PROOF=1 $(BIN)/pytest
	@if test -x $(DEBIAN_POSTGRES)/postgres; then \
	  ICHI_TEST_POSTGRES=$(DEBIAN_POSTGRES) $(BIN)/pytest tests/database; fi

# 比べる相手は、ほかで使わないので別の場所に入れる。
bench: .venv-bench/ready $(PEERS)/node_modules/ready
	@.venv-bench/bin/python -m tests.bench

.venv-bench/ready: .venv/ready deploy/requirements-bench.txt
	@umask 022 && set -e; \
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench; \
	$(BIN)/uv pip sync --quiet --python .venv-bench/bin/python --require-hashes deploy/requirements-bench.txt; \
	$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --no-deps --no-build-isolation --editable .; \
	touch $@

$(PEERS)/node_modules/ready: $(PEERS)/package-lock.json
	@if ! command -v npm > /dev/null && test "$$(id -u)" = 0 && command -v apt-get > /dev/null; then \
	  apt-get update -qq && apt-get install -qq -y --no-install-recommends nodejs npm > /dev/null; \
	fi
	@if command -v npm > /dev/null; then \
	  npm ci --ignore-scripts --silent --prefix $(PEERS) && touch $@; \
	else \
	  echo 'npm がないため、emmett と message-db は測りません' >&2; \
	fi

# 一覧には名前と版と指紋だけを書く。版を上げるときは make lock UPGRADE=--upgrade
COMPILE = $(BIN)/uv pip compile $(UPGRADE) --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links --no-annotate pyproject.toml

lock: setup
	$(COMPILE) --output-file deploy/requirements.txt > /dev/null
	$(COMPILE) --group dev --constraints deploy/requirements.txt --output-file $(LOCK) > /dev/null
	$(COMPILE) --group bench --strip-extras --constraints $(LOCK) \
	  --output-file deploy/requirements-bench.txt > /dev/null

clean:
	rm -rf .venv .venv-bench $(PEERS)/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
	find migrations services shared tests -name __pycache__ -type d -prune -exec rm -rf {} +
