-- +goose Up

-- Words are indexed with the span of numbers that their object is in, so that a search reads the newest spans alone, however much
-- there is. What is in the index is put into it once more, the newest first: building it here would hold up the start.
-- Who indexes locks these rows first, and then the table: in the same order neither waits for the other.
SELECT kind FROM opsconsole_search_older ORDER BY kind FOR UPDATE;
TRUNCATE opsconsole_search;
DROP INDEX opsconsole_search_words;

-- It costs so much that the planner uses the index where there is more than a few rows, and so little that nothing is compiled for a
-- search. Its spans are those of internal/search.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION opsconsole_search_spanned(key bigint, words tsvector) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
    SELECT array_to_tsvector(array_agg(to_hex(key >> 14) || ' ' || word)) FROM unnest(tsvector_to_array(words)) AS word
$$;
-- +goose StatementEnd
CREATE INDEX opsconsole_search_spanned_words ON opsconsole_search USING gin (opsconsole_search_spanned(key, words)) WITH (fastupdate = off);

UPDATE opsconsole_search_older SET below = greatest(below, (SELECT COALESCE(max(id) + 1, 0) FROM opsconsole_changes)) WHERE kind = 1;
UPDATE opsconsole_search_older SET below = greatest(below, (SELECT COALESCE(max(seq) + 1, 0) FROM opsconsole_audit)) WHERE kind = 2;
UPDATE opsconsole_search_older SET below = greatest(below, (SELECT COALESCE(max(id) + 1, 0) FROM opsconsole_windows)) WHERE kind = 3;
UPDATE opsconsole_search_older SET below = greatest(below, (SELECT COALESCE(max(id) + 1, 0) FROM opsconsole_webhooks)) WHERE kind = 4;
UPDATE opsconsole_search_older SET below = greatest(below, (SELECT COALESCE(max(id) + 1, 0) FROM opsconsole_points)) WHERE kind = 5;
UPDATE opsconsole_search_older SET below = greatest(below, (SELECT COALESCE(max(id) + 1, 0) FROM opsconsole_owners)) WHERE kind = 6;

-- +goose Down
DROP INDEX opsconsole_search_spanned_words;
DROP FUNCTION opsconsole_search_spanned(bigint, tsvector);
CREATE INDEX opsconsole_search_words ON opsconsole_search USING gin (words) WITH (fastupdate = off);
