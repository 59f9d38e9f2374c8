-- +goose Up

-- That others were told that a scheduled change is late. The version before tells nobody.
ALTER TABLE opsconsole_scheduled_changes ADD COLUMN late_told BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE opsconsole_scheduled_changes DROP COLUMN late_told;
