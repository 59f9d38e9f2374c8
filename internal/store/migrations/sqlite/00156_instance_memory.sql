-- +goose Up

-- What a platform's own tables have no room for: bytes that its numbers of 32 bits cannot hold, of
-- instances that run, and what is told of their memory, of which its events know no type. There are
-- no foreign keys: the platform's tables are not altered.
CREATE TABLE opsconsole_instance_memory (
    instance_id        BIGINT PRIMARY KEY,
    memory_usage_bytes BIGINT NOT NULL
);

CREATE TABLE opsconsole_memory_events (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id        BIGINT  NOT NULL,
    threshold_percent  INTEGER NOT NULL,
    memory_usage_bytes BIGINT  NOT NULL,
    memory_limit_bytes BIGINT  NOT NULL,
    created_at         TEXT    NOT NULL
);
CREATE INDEX opsconsole_memory_events_instance ON opsconsole_memory_events (instance_id, id);

-- +goose Down
DROP TABLE opsconsole_memory_events;
DROP TABLE opsconsole_instance_memory;
