-- Answers of OpenAI's Responses dialect that callers go on from. A tenant's, and invisible to all others.
CREATE TABLE responses (
    id             INTEGER PRIMARY KEY,
    tenant_id      TEXT    NOT NULL,
    response_id    TEXT    NOT NULL,
    previous_id    TEXT,             -- the answer that this one went on from
    created_at_us  INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    expires_at_us  INTEGER NOT NULL,
    input          BLOB    NOT NULL, -- UTF-8 JSON, an array of items
    body           BLOB    NOT NULL, -- UTF-8 JSON, the answer
    size           INTEGER NOT NULL  -- bytes of both
);

CREATE UNIQUE INDEX responses_tenant_response ON responses (tenant_id, response_id);

CREATE INDEX responses_expires ON responses (expires_at_us);

-- By which item a caller may refer to which answer.
CREATE TABLE response_items (
    tenant_id  TEXT    NOT NULL,
    item_id    TEXT    NOT NULL,
    response   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, item_id)
) WITHOUT ROWID;

CREATE INDEX response_items_response ON response_items (response);

-- Sums that would otherwise be taken over all rows at every insert.
CREATE TABLE response_sizes (
    tenant_id  TEXT    PRIMARY KEY,
    bytes      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER responses_added AFTER INSERT ON responses BEGIN
    INSERT INTO response_sizes (tenant_id, bytes) VALUES (NEW.tenant_id, NEW.size)
        ON CONFLICT (tenant_id) DO UPDATE SET bytes = bytes + NEW.size;
END;

CREATE TRIGGER responses_removed AFTER DELETE ON responses BEGIN
    UPDATE response_sizes SET bytes = bytes - OLD.size WHERE tenant_id = OLD.tenant_id;
    DELETE FROM response_items WHERE response = OLD.id;
END;
