# Everything a person types. The work is in scripts/, which say what they do in one line a step.
# Settings may be given here too: make run PORT=8001 DATA_DIR=/srv/tro-ly

.DEFAULT_GOAL := help
.PHONY: help environment environment-dev setup run worker test lint format evaluate bench fuzz chaos scale lock clean
MAKEFLAGS += --no-print-directory

BOOT := sh scripts/python.sh -m
PY := .venv/bin/python

export OMP_NUM_THREADS ?= 1
export RASA_TELEMETRY_ENABLED := false
unexport PYTHONDONTWRITEBYTECODE

help: ## Hiện các lệnh
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 | \2/p' $(firstword $(MAKEFILE_LIST)) | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1: \2/p' $(firstword $(MAKEFILE_LIST))

environment: ## Chỉ tạo môi trường Python .venv (setup tự gọi)
	@$(BOOT) scripts.environment runtime

environment-dev:
	@$(BOOT) scripts.environment dev

setup: environment ## Cài đặt: môi trường, huấn luyện, lập chỉ mục (một lần)
	@$(PY) -m bot setup

run: ## Chạy trợ lý, xem tại http://127.0.0.1:8000 (tự cài đặt nếu cần)
	@$(BOOT) scripts.environment runtime --run
	@$(PY) -m bot setup
	@exec $(PY) -m api

worker: setup ## Chạy thêm một tiến trình xử lý tin nhắn (khi có DATABASE_URL)
	@exec $(PY) -m bot worker

test: environment-dev ## Kiểm tra toàn bộ (tự cài những gì kiểm thử cần)
	@$(PY) -m scripts.machine
	@$(PY) -m bot setup
	@$(PY) -m scripts.checks

lint: environment-dev ## Chỉ kiểm tra mã, không chạy kiểm thử
	@$(PY) -m scripts.checks ruff format types imports

format: environment-dev ## Trình bày lại mã
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

evaluate: setup environment-dev ## Đo mức hiểu câu hỏi (WRITE=1: ghi docs/evaluation.md)
	@$(PY) -m knowledge_base evaluate $(if $(WRITE),--write)

bench: setup environment-dev ## Đo tốc độ, bộ nhớ và độ chính xác
	@for file in tests/bench/bench_*.py; do \
	  echo "== $$file"; PYTHONPATH=. $(PY) "$$file" || exit 1; \
	done

fuzz: setup environment-dev ## Gửi dữ liệu bừa vào mọi cổng của API, tìm lỗi 500 (MINUTES=10 SEED=)
	@$(PY) -m tests.fuzzing "$(MINUTES)" "$(SEED)"

chaos: setup environment-dev ## Thử độ bền: giết tiến trình, làm sập PostgreSQL (MINUTES=1 SEED= DATABASE_URL=)
	@$(PY) -m scripts.machine
	@$(PY) -m tests.chaos --minutes "$(or $(MINUTES),1)" $(if $(SEED),--seed $(SEED)) \
	  $(if $(DATABASE_URL),--database-url "$(DATABASE_URL)") $(if $(PNG),--png $(PNG))

scale: setup environment-dev ## Đo sức chứa: 1, 2, 4 tiến trình trên một PostgreSQL, mô phỏng (PNG=)
	@$(PY) -m tests.scale $(if $(PNG),--png $(PNG))

lock: environment-dev ## Ghi lại tệp khoá gói từ requirements*.in
	@$(PY) -m scripts.lock

clean: ## Xoá môi trường và bộ nhớ tạm (giữ dữ liệu trong .data)
	@rm -rf .venv .setup.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	@rm -rf tests/emulators/telegram/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
