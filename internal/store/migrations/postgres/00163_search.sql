-- +goose Up

-- What is found by its words. The key of an object is its kind, above 56 bits of its number; the kinds are those of internal/search.
CREATE TABLE opsconsole_search (
    key   BIGINT   PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX opsconsole_search_words ON opsconsole_search USING gin (words) WITH (fastupdate = off);

-- What was written and is not in the index as it is now: triggers note it, whichever version writes it.
CREATE TABLE opsconsole_search_noted (
    id  BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    key BIGINT NOT NULL
);

-- Below which number the objects of a kind are not in the index yet.
CREATE TABLE opsconsole_search_older (
    kind  BIGINT PRIMARY KEY,
    below BIGINT NOT NULL
);

-- Who was ever seen to own instances.
CREATE TABLE opsconsole_owners (
    id       BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    username TEXT NOT NULL UNIQUE
);

-- +goose Down
DROP TABLE opsconsole_owners;
DROP TABLE opsconsole_search_older;
DROP TABLE opsconsole_search_noted;
DROP TABLE opsconsole_search;
