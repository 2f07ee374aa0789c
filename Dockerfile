# The same steps as on a bare machine: both stages only call make and the program's own commands.
FROM python:3.11-slim-bookworm AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# The environment first: it changes only when a lock file does.
COPY Makefile requirements.lock requirements-torch.txt ./
COPY scripts scripts
# Address of PyTorch's CPU packages, where pip's own settings do not have them.
ARG TORCH_SOURCE=""
RUN --mount=type=cache,target=/root/.cache/pip make environment TORCH_SOURCE="$TORCH_SOURCE"
COPY . .
RUN make setup

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin app
WORKDIR /app
COPY --from=build --chown=app:app /app /app
ENV PATH=/app/.venv/bin:$PATH \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/app/.data \
    OMP_NUM_THREADS=1 \
    RASA_TELEMETRY_ENABLED=false \
    PYTHONUNBUFFERED=1
USER 10001
VOLUME /app/.data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-m", "scripts.healthcheck"]
# A volume kept from an older image holds an older model: setup renews it, or does nothing.
CMD ["sh", "-c", "python -m bot setup && exec python -m api"]
