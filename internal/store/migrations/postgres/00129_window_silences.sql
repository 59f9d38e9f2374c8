-- +goose Up
-- What became of the silence of a window that has begun; the id is the window's.
CREATE TABLE opsconsole_window_silences (
    id            BIGINT PRIMARY KEY REFERENCES opsconsole_windows (id),
    -- Those that Alertmanager has given, a JSON array; current is that of the one that was active last.
    ids_json      TEXT   NOT NULL,
    current       TEXT   NOT NULL,
    active_since  TEXT,
    ends_at       TEXT,
    by_hand_at    TEXT,
    gone_at       TEXT,
    -- Why it is not as it should be; '' when it is.
    problem       TEXT   NOT NULL,
    skew_seconds  BIGINT NOT NULL,
    -- Until when it is looked whether one comes back; NULL until it is gone.
    look_until    TEXT,
    done_at       TEXT,
    tries         BIGINT NOT NULL,
    next_try_at   TEXT
);
CREATE INDEX opsconsole_window_silences_open ON opsconsole_window_silences (id) WHERE done_at IS NULL;

-- +goose Down
DROP TABLE opsconsole_window_silences;
