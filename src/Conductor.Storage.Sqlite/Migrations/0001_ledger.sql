-- One row per attempt at a provider, appended when the attempt has ended and never changed.
CREATE TABLE ledger (
    id                   INTEGER PRIMARY KEY,
    request_id           TEXT    NOT NULL, -- what the caller was told; callers may use one for several calls
    call_id              TEXT    NOT NULL, -- one call, never the caller's choice; sorts by time
    attempt              INTEGER NOT NULL, -- 1 for the first attempt of the call
    tenant_id            TEXT    NOT NULL,
    key_id               TEXT,
    operation            TEXT    NOT NULL, -- 'chat', 'embeddings' or the operation's name
    provider             TEXT    NOT NULL,
    model                TEXT    NOT NULL,
    upstream_request_id  TEXT,
    started_at_us        INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    duration_us          INTEGER NOT NULL, -- microseconds
    status               TEXT    NOT NULL, -- 'succeeded', 'failed', 'cancelled', 'running'
    error_code           TEXT,
    input_tokens         INTEGER NOT NULL, -- all input, cached and written included
    cached_input_tokens  INTEGER NOT NULL,
    cache_write_tokens   INTEGER NOT NULL,
    output_tokens        INTEGER NOT NULL, -- all output, reasoning included
    reasoning_tokens     INTEGER NOT NULL,
    usage_estimated      INTEGER NOT NULL, -- 1: counted here, the provider did not say
    usage_suspect        INTEGER NOT NULL, -- 1: the provider's figures were absurd and were clamped
    -- Billionths of a US dollar, 128 bits in two's complement: the lower and the upper 64. For every amount below 9.2 billion dollars the upper half is 0
    -- and cost_nano_usd is the amount. Integers, so that sums are exact and cheap; both NULL where the price is unknown.
    cost_nano_usd        INTEGER,
    cost_nano_usd_upper  INTEGER,
    cost_status          TEXT    NOT NULL, -- 'unknown', 'settled', 'estimated', 'released'
    price_version        TEXT
);

-- Booking twice is impossible, however often a batch is tried again.
CREATE UNIQUE INDEX ledger_call_attempt ON ledger (call_id, attempt);

CREATE INDEX ledger_request ON ledger (request_id);

CREATE INDEX ledger_tenant_started ON ledger (tenant_id, started_at_us);
