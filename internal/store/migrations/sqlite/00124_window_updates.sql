-- +goose Up
-- What operators tell users while a window is under way, when a window was before it was moved, and whether an
-- event is about all that follow in a series. Feeds sum up what was told before they had an entry for each event.
ALTER TABLE opsconsole_window_events ADD COLUMN severity TEXT NOT NULL DEFAULT '';
ALTER TABLE opsconsole_window_events ADD COLUMN text TEXT NOT NULL DEFAULT '';
ALTER TABLE opsconsole_window_events ADD COLUMN was_starts_at TEXT;
ALTER TABLE opsconsole_window_events ADD COLUMN was_ends_at TEXT;
ALTER TABLE opsconsole_window_events ADD COLUMN following BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE opsconsole_window_events ADD COLUMN summed_up BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE opsconsole_window_events SET summed_up = TRUE;

-- +goose Down
ALTER TABLE opsconsole_window_events DROP COLUMN summed_up;
ALTER TABLE opsconsole_window_events DROP COLUMN following;
ALTER TABLE opsconsole_window_events DROP COLUMN was_ends_at;
ALTER TABLE opsconsole_window_events DROP COLUMN was_starts_at;
ALTER TABLE opsconsole_window_events DROP COLUMN text;
ALTER TABLE opsconsole_window_events DROP COLUMN severity;
