-- +goose Up
-- Where subscribers are told of maintenance. The secret signs what is sent; the row of
-- one that was deleted stays for its log, without address and secret.
CREATE TABLE opsconsole_webhooks (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    revision    INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    secret      TEXT    NOT NULL,
    events_json TEXT    NOT NULL,
    enabled     BOOLEAN NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL,
    deleted_at  TEXT
);
CREATE UNIQUE INDEX opsconsole_webhooks_name ON opsconsole_webhooks (name) WHERE deleted_at IS NULL;

-- What is to be sent, and what became of it. The attempts are all that there were, the
-- tries those since it was last begun.
CREATE TABLE opsconsole_webhook_deliveries (
    id          TEXT    PRIMARY KEY,
    webhook_id  INTEGER NOT NULL REFERENCES opsconsole_webhooks (id),
    event       TEXT    NOT NULL,
    event_id    INTEGER,
    window_id   INTEGER,
    title       TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL,
    tries       INTEGER NOT NULL,
    note        TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    give_up_at  TEXT    NOT NULL,
    next_try_at TEXT,
    finished_at TEXT
);
CREATE INDEX opsconsole_webhook_deliveries_webhook ON opsconsole_webhook_deliveries (webhook_id, id);
CREATE INDEX opsconsole_webhook_deliveries_window ON opsconsole_webhook_deliveries (window_id, id);
CREATE INDEX opsconsole_webhook_deliveries_pending ON opsconsole_webhook_deliveries (next_try_at) WHERE state = 'pending';
CREATE INDEX opsconsole_webhook_deliveries_finished ON opsconsole_webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE opsconsole_webhook_attempts (
    delivery_id TEXT    NOT NULL REFERENCES opsconsole_webhook_deliveries (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    at          TEXT    NOT NULL,
    status      INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    error       TEXT    NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

-- +goose Down
DROP TABLE opsconsole_webhook_attempts;
DROP TABLE opsconsole_webhook_deliveries;
DROP TABLE opsconsole_webhooks;
