# The service alone, without the sandbox and the tests. How to run it: README.md.

# The builder: a virtual environment from the locked requirements. All of them are wheels.
FROM python:3.11.14-slim-bookworm AS builder
COPY requirements.txt /tmp/requirements.txt
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes -r /tmp/requirements.txt

# The image: that environment and the code, owned by root; only /data can be written to.
FROM python:3.11.14-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data \
        --shell /usr/sbin/nologin studio-embed \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=builder /opt/venv /opt/venv
WORKDIR /app
# What development keeps beside the code (`instance/`) lies in the volume here.
RUN ln -s /data instance
COPY wsgi.py ./
COPY config/ config/
COPY app/ app/

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/studio-embed.sqlite3
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000

# A proxy of the environment must not stand between the check and the service.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python3", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["gunicorn", "-c", "config/gunicorn.py", "--bind", "0.0.0.0:8000", "wsgi:app"]
