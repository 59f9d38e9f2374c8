-- +goose Up

-- What is found by its words. The key of an object is its kind, above 56 bits of its number; the kinds are those of internal/search.
-- The words are all beginnings of words, folded, so that no search has to gather those that begin alike.
CREATE VIRTUAL TABLE opsconsole_search USING fts5(words, content='', contentless_delete=1, tokenize='ascii', detail='none');

-- What was written and is not in the index as it is now: triggers note it, whichever version writes it.
CREATE TABLE opsconsole_search_noted (
    id  INTEGER PRIMARY KEY,
    key INTEGER NOT NULL
);

-- Below which number the objects of a kind are not in the index yet.
CREATE TABLE opsconsole_search_older (
    kind  INTEGER PRIMARY KEY,
    below INTEGER NOT NULL
);

-- Who was ever seen to own instances.
CREATE TABLE opsconsole_owners (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE
);

-- +goose Down
DROP TABLE opsconsole_owners;
DROP TABLE opsconsole_search_older;
DROP TABLE opsconsole_search_noted;
DROP TABLE opsconsole_search;
