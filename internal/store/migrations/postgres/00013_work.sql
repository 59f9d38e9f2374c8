-- +goose Up

-- The processes that work jobs, and when each was last alive.
CREATE TABLE opsconsole_work_clients (
    id      TEXT PRIMARY KEY,
    seen_at TEXT NOT NULL
);

-- +goose Down
DROP TABLE opsconsole_work_clients;
