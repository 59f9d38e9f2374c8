-- +goose Up

-- What the schema_cache job last read: a row each catalog, schema, table and column;
-- the names below an entry's own level are ''.
CREATE TABLE opsconsole_schema_cache (
    catalog_name TEXT    NOT NULL,
    schema_name  TEXT    NOT NULL,
    table_name   TEXT    NOT NULL,
    column_name  TEXT    NOT NULL,
    entity_type  TEXT    NOT NULL CHECK (entity_type IN ('catalog', 'schema', 'table', 'column')),
    data_type    TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    PRIMARY KEY (catalog_name, schema_name, table_name, column_name)
);

-- +goose Down
DROP TABLE opsconsole_schema_cache;
