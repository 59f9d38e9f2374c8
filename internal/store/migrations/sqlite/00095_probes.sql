-- What is written to find out that the database takes writes again; each row is deleted in the
-- transaction that inserts it.

-- +goose Up
CREATE TABLE opsconsole_probes (
    id    TEXT PRIMARY KEY,
    noise TEXT NOT NULL
);
