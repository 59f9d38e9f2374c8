-- +goose Up
-- What every page asks is found by one index, however much there is of the rest.
CREATE INDEX opsconsole_changes_section_outcome ON opsconsole_changes (section, outcome, at, id);
CREATE INDEX opsconsole_audit_object_outcome ON opsconsole_audit (object, outcome, at, seq);
DROP INDEX opsconsole_audit_object;
CREATE INDEX opsconsole_windows_open_from ON opsconsole_windows (starts_at, id)
    WHERE phase IN ('announced', 'active', 'verifying', 'overrun', 'held');
CREATE INDEX opsconsole_windows_ends_at ON opsconsole_windows (ends_at);

-- The highest of the samples of each minute, and of each hour: a line over days is drawn from these.
CREATE TABLE opsconsole_reduced_samples (
    series  TEXT NOT NULL,
    seconds BIGINT NOT NULL,
    at      TEXT NOT NULL,
    value   DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (series, seconds, at)
);
CREATE INDEX opsconsole_reduced_samples_at ON opsconsole_reduced_samples (seconds, at);

-- +goose Down
DROP TABLE opsconsole_reduced_samples;
DROP INDEX opsconsole_windows_ends_at;
DROP INDEX opsconsole_windows_open_from;
CREATE INDEX opsconsole_audit_object ON opsconsole_audit (object, action, seq);
DROP INDEX opsconsole_audit_object_outcome;
DROP INDEX opsconsole_changes_section_outcome;
