-- +goose Up

-- Of a text of more than 400 words an earlier version indexed the first ones alone: what is long enough to have more is indexed once more.
INSERT INTO opsconsole_search_noted (key) SELECT (1 << 56) + id FROM opsconsole_changes
    WHERE length(reason) + length(COALESCE(before_json, '')) + length(COALESCE(after_json, '')) > 600;
INSERT INTO opsconsole_search_noted (key) SELECT (2 << 56) + seq FROM opsconsole_audit
    WHERE length(COALESCE(reason, '')) + length(COALESCE(message, '')) > 600;
INSERT INTO opsconsole_search_noted (key) SELECT (3 << 56) + id FROM opsconsole_windows
    WHERE length(title) + length(COALESCE(reason, '')) + length(COALESCE(message, '')) > 600;
INSERT INTO opsconsole_search_noted (key) SELECT (5 << 56) + id FROM opsconsole_points
    WHERE length(name) + length(COALESCE(reason, '')) > 600;

-- +goose Down
SELECT 1;
