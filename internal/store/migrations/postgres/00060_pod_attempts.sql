-- +goose Up

-- The intention to make an instance's pod, until it is made. Whoever counts attempts up
-- makes the next one. There is no foreign key: the platform's tables are not altered.
CREATE TABLE opsconsole_pod_attempts (
    instance_id BIGINT  PRIMARY KEY,
    attempts    INTEGER NOT NULL,
    first_at    TEXT    NOT NULL,
    last_at     TEXT    NOT NULL,
    next_at     TEXT    NOT NULL
);

-- +goose Down
DROP TABLE opsconsole_pod_attempts;
