-- +goose Up

-- What the schema_cache job reads: a row each catalog, schema, table and column; the
-- names below an entry's own level are ''. A run writes a generation of its own, a
-- little at a time; the entries that count are those of the generation that
-- opsconsole_schema_catalogs has for their catalog. The version before goes on with
-- opsconsole_schema_cache.
CREATE TABLE opsconsole_schema_entries (
    generation   BIGINT  NOT NULL,
    catalog_name TEXT    NOT NULL,
    schema_name  TEXT    NOT NULL,
    table_name   TEXT    NOT NULL,
    column_name  TEXT    NOT NULL,
    entity_type  TEXT    NOT NULL CHECK (entity_type IN ('catalog', 'schema', 'table', 'column')),
    data_type    TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    PRIMARY KEY (generation, catalog_name, schema_name, table_name, column_name)
);

CREATE TABLE opsconsole_schema_catalogs (
    catalog_name TEXT    NOT NULL PRIMARY KEY,
    generation   BIGINT  NOT NULL
);

INSERT INTO opsconsole_schema_entries
SELECT 1, catalog_name, schema_name, table_name, column_name, entity_type, data_type, position FROM opsconsole_schema_cache;

INSERT INTO opsconsole_schema_catalogs SELECT DISTINCT catalog_name, 1 FROM opsconsole_schema_cache;

-- +goose Down
DROP TABLE opsconsole_schema_catalogs;
DROP TABLE opsconsole_schema_entries;
