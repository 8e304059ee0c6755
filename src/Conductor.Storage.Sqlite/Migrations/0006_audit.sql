-- Who did what to the machine. Rows are only ever added; each one's hash covers its content and the hash of the row before it.
CREATE TABLE audit (
    number            INTEGER PRIMARY KEY, -- 1 and up, without gaps
    at_us             INTEGER NOT NULL,    -- microseconds since 1970-01-01 UTC
    tenant_id         TEXT,                -- of whoever did it
    key_id            TEXT,
    role              TEXT    NOT NULL,
    action            TEXT    NOT NULL,
    object            TEXT    NOT NULL,
    object_tenant_id  TEXT,                -- whose it is
    before_json       TEXT,
    after_json        TEXT,
    address           TEXT,
    request_id        TEXT,
    previous          BLOB    NOT NULL,    -- 32 bytes
    hash              BLOB    NOT NULL     -- 32 bytes, SHA-256
);

CREATE INDEX audit_tenant ON audit (tenant_id);

CREATE INDEX audit_object_tenant ON audit (object_tenant_id);

-- What the last row is, so that rows missing at the end are missed.
CREATE TABLE audit_head (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    number  INTEGER NOT NULL,
    hash    BLOB    NOT NULL
);

INSERT INTO audit_head (id, number, hash) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'rows of the audit log are not changed');
END;

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'rows of the audit log are not removed');
END;
