-- +goose Up
-- What was given up and may be carried out yet is looked for whenever something changed outside.
CREATE INDEX opsconsole_changes_given_up ON opsconsole_changes (section, id) WHERE given_up = 1;

-- +goose Down
DROP INDEX opsconsole_changes_given_up;
