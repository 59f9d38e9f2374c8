package storetest

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// ClockOff returns the URL of a PostgreSQL database for a process whose clock is ahead of the server's by so much, or behind it where
// that is negative: in its sessions the server tells another time, also to statements that are not ours.
func ClockOff(tb testing.TB, databaseURL string, ahead time.Duration) string {
	tb.Helper()

	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()

	const schema = "another_clock"

	statements := []string{`CREATE SCHEMA ` + schema}
	for _, function := range []string{"now", "clock_timestamp"} {
		statements = append(statements, fmt.Sprintf(`CREATE FUNCTION %s.%s() RETURNS timestamptz LANGUAGE sql AS
			$$ SELECT pg_catalog.%[2]s() - interval '%d milliseconds' $$`, schema, function, ahead.Milliseconds()))
	}

	if _, err := db.ExecContext(tb.Context(), strings.Join(statements, ";")); err != nil {
		tb.Fatal(err)
	}

	u, err := url.Parse(databaseURL)
	if err != nil {
		tb.Fatal(err)
	}

	query := u.Query()
	query.Set("search_path", schema+",pg_catalog,public")
	u.RawQuery = query.Encode()

	return u.String()
}
