-- What providers bill apart since then; nothing of it in older rows.
ALTER TABLE ledger ADD COLUMN cache_write_hour_tokens INTEGER NOT NULL DEFAULT 0; -- the part of cache_write_tokens that is kept for an hour
ALTER TABLE ledger ADD COLUMN audio_input_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN image_input_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN embedding_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN audio_output_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN image_output_tokens INTEGER NOT NULL DEFAULT 0;

-- The most that the attempt was expected to cost before it was made, as cost_nano_usd; both NULL where the price was unknown.
ALTER TABLE ledger ADD COLUMN reserved_nano_usd INTEGER;
ALTER TABLE ledger ADD COLUMN reserved_nano_usd_upper INTEGER;

-- With 'storage.durability: full', attempts that have begun: written before the target is asked, gone with the row's own commit.
CREATE TABLE ledger_reservations (
    call_id                  TEXT    NOT NULL,
    attempt                  INTEGER NOT NULL,
    request_id               TEXT    NOT NULL,
    tenant_id                TEXT    NOT NULL,
    key_id                   TEXT,
    operation                TEXT    NOT NULL,
    provider                 TEXT    NOT NULL,
    model                    TEXT    NOT NULL,
    started_at_us            INTEGER NOT NULL,
    input_tokens             INTEGER NOT NULL,
    output_tokens            INTEGER NOT NULL,
    reserved_nano_usd        INTEGER,
    reserved_nano_usd_upper  INTEGER,
    price_version            TEXT,
    PRIMARY KEY (call_id, attempt)
) WITHOUT ROWID;

-- Rows older than 'storage.ledger_retention', summed: their days, UTC. NULL never stands in a key, so that rows of a group are one: '' is no key.
CREATE TABLE ledger_days (
    day                      INTEGER NOT NULL, -- days since 1970-01-01
    tenant_id                TEXT    NOT NULL,
    key_id                   TEXT    NOT NULL,
    operation                TEXT    NOT NULL,
    provider                 TEXT    NOT NULL,
    model                    TEXT    NOT NULL,
    status                   TEXT    NOT NULL,
    cost_status              TEXT    NOT NULL,
    requests                 INTEGER NOT NULL, -- calls that began with one of these rows
    attempts                 INTEGER NOT NULL,
    duration_us              INTEGER NOT NULL,
    input_tokens             INTEGER NOT NULL,
    cached_input_tokens      INTEGER NOT NULL,
    cache_write_tokens       INTEGER NOT NULL,
    cache_write_hour_tokens  INTEGER NOT NULL,
    audio_input_tokens       INTEGER NOT NULL,
    image_input_tokens       INTEGER NOT NULL,
    embedding_tokens         INTEGER NOT NULL,
    output_tokens            INTEGER NOT NULL,
    reasoning_tokens         INTEGER NOT NULL,
    audio_output_tokens      INTEGER NOT NULL,
    image_output_tokens      INTEGER NOT NULL,
    cost_nano_usd            INTEGER NOT NULL, -- the sum of the known costs, 128 bits as in the ledger
    cost_nano_usd_upper      INTEGER NOT NULL,
    PRIMARY KEY (day, tenant_id, key_id, operation, provider, model, status, cost_status)
) WITHOUT ROWID;
