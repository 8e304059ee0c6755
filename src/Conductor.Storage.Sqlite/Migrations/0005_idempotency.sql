-- Which idempotency keys were used, and what their requests came to. A tenant's, and invisible to all others.
CREATE TABLE idempotency (
    id             INTEGER PRIMARY KEY,
    tenant_id      TEXT    NOT NULL,
    idempotency_key TEXT   NOT NULL, -- a digest of what the caller sent
    owner          TEXT    NOT NULL, -- the process that makes the call
    request_id     TEXT    NOT NULL,
    created_at_us  INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    expires_at_us  INTEGER NOT NULL,
    request        BLOB    NOT NULL, -- digests of the request, never the request
    state          INTEGER NOT NULL, -- 0 running, 1 finished, 2 interrupted, 3 too large to keep
    status         INTEGER NOT NULL,
    headers        BLOB    NOT NULL, -- UTF-8 JSON, an object of texts
    body           BLOB    NOT NULL, -- the answer's bytes as they went out
    size           INTEGER NOT NULL  -- bytes that the row is counted with
);

CREATE UNIQUE INDEX idempotency_tenant_key ON idempotency (tenant_id, idempotency_key);

CREATE INDEX idempotency_expires ON idempotency (expires_at_us);

-- What may leave for want of room, the oldest first.
CREATE INDEX idempotency_finished ON idempotency (tenant_id, id) WHERE state <> 0;

-- Sums that would otherwise be taken over all rows at every insert.
CREATE TABLE idempotency_sizes (
    tenant_id  TEXT    PRIMARY KEY,
    bytes      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER idempotency_added AFTER INSERT ON idempotency BEGIN
    INSERT INTO idempotency_sizes (tenant_id, bytes) VALUES (NEW.tenant_id, NEW.size)
        ON CONFLICT (tenant_id) DO UPDATE SET bytes = bytes + NEW.size;
END;

CREATE TRIGGER idempotency_changed AFTER UPDATE OF size ON idempotency BEGIN
    UPDATE idempotency_sizes SET bytes = bytes + NEW.size - OLD.size WHERE tenant_id = NEW.tenant_id;
END;

CREATE TRIGGER idempotency_removed AFTER DELETE ON idempotency BEGIN
    UPDATE idempotency_sizes SET bytes = bytes - OLD.size WHERE tenant_id = OLD.tenant_id;
END;
