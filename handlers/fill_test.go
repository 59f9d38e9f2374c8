package handlers_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// fillRecord writes as many changes and twice as many audit entries, a minute apart and ending
// long ago: those of today are newer. The hashes are none, for nobody verifies them.
func fillRecord(tb testing.TB, db *store.DB, rows int) {
	tb.Helper()

	// One section is changed again and again, another was long ago. The oldest third has a word of its own.
	inserts := fmt.Sprintf(`
		INSERT INTO opsconsole_changes (section, at, actor, reason, source, outcome, before_json, after_json, fields, request_id, settled_at, intent)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d)
		SELECT CASE WHEN i <= 2 THEN 'export' ELSE 'concurrency' END, %[2]s, 'operator-' || i %% 20, CASE WHEN i <= %[1]d / 3 THEN 'oldest ' ELSE '' END || 'reason ' || i,
			CASE WHEN i %% 9 = 0 THEN 'lease_end' ELSE 'console' END, CASE WHEN i %% 40 = 0 THEN 'refused' ELSE 'applied' END,
			CASE WHEN i <= 2 THEN '{"max_duration_seconds":' || (60 * i) || '}' ELSE '{"cluster_total":' || (51 + i %% 7) || ',"per_analyst":5}' END,
			CASE WHEN i <= 2 THEN '{"max_duration_seconds":' || (60 + 60 * i) || '}' ELSE '{"cluster_total":' || (51 + (i + 1) %% 7) || ',"per_analyst":5}' END,
			CASE WHEN i <= 2 THEN 'max_duration_seconds' ELSE 'cluster_total' END, 'request', %[2]s, i FROM n;
		INSERT INTO opsconsole_change_fields (field, change_id, changed_at)
		SELECT CASE WHEN section = 'export' THEN 'max_duration_seconds' ELSE 'cluster_total' END, id, at FROM opsconsole_changes;
		INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome, reason, intent, change_id,
			before_json, after_json, message, prev_hash, hash)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * %[1]d)
		SELECT 100 + i, %[2]s, 'operator-' || i %% 20, 'ops', '192.0.2.7', 'request',
			CASE WHEN i %% 100 = 99 THEN 'job.trigger' ELSE 'config.save' END,
			CASE WHEN i %% 100 = 99 THEN 'jobs/lifecycle' ELSE 'config/concurrency' END,
			CASE WHEN i %% 2 = 0 THEN 'done' ELSE 'intent' END, CASE WHEN i <= 2 * %[1]d / 3 THEN 'oldest ' ELSE '' END || 'reason ' || i, CASE WHEN i %% 2 = 0 THEN 99 + i ELSE 0 END, 0,
			'{"per_analyst":5}', '{"per_analyst":6}', '', '', '' FROM n;
		UPDATE opsconsole_audit_head SET seq = 100 + 2 * %[1]d`, rows, minuteOf(db, "i"))
	fill(tb, db, inserts)
}

// fillWindows makes as many windows of one that was announced and cancelled, each a day before the other.
func fillWindows(tb testing.TB, w *handlerstest.World, n int) {
	tb.Helper()

	window := w.Announce(nil)
	if got := w.SendJSON(http.MethodPost, handlerstest.Path(window, "cancel"), handlerstest.Object{"reason": "The vendor is late"}); got.Status != http.StatusOK {
		tb.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	columns := windowColumns(tb, w.DB)
	ago := minuteAgo(w.DB, "24 * 60 * i")
	other := map[string]string{"uid": "uid || '-' || i", "starts_at": ago, "ends_at": ago, "updated_at": ago}
	values := make([]string, len(columns))

	for i, name := range columns {
		values[i] = cmp.Or(other[name], name)
	}

	fill(tb, w.DB, fmt.Sprintf(`
		INSERT INTO opsconsole_windows (%s)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT %s FROM opsconsole_windows, n`,
		strings.Join(columns, ", "), n, strings.Join(values, ", ")))
}

// windowColumns are all columns of a window but its number.
func windowColumns(tb testing.TB, db *store.DB) (columns []string) {
	tb.Helper()

	query := `SELECT name FROM pragma_table_info('opsconsole_windows') WHERE name <> 'id'`
	if db.Dialect() == store.Postgres {
		query = `SELECT column_name FROM information_schema.columns WHERE table_name = 'opsconsole_windows' AND column_name <> 'id'`
	}

	rows, err := db.Read().QueryContext(tb.Context(), query)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()

	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			tb.Fatal(err)
		}

		columns = append(columns, name)
	}

	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}

	return columns
}

// fillSamples writes days of samples.
func fillSamples(tb testing.TB, db *store.DB, days int) {
	tb.Helper()
	fill(tb, db, fmt.Sprintf(`
		INSERT INTO opsconsole_samples (series, at, value)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT s.series, %s, i %% 50 FROM n, (SELECT 'used' AS series UNION SELECT 'cluster_total' UNION SELECT 'latency:database') s`,
		days*24*60, minuteAgo(db, "i")))
}

// fill executes statements, and has the database look at what it holds now as it does by itself.
func fill(tb testing.TB, db *store.DB, statements string) {
	tb.Helper()

	if db.Dialect() == store.SQLite { // what is filled at once touches every page of every index
		statements = "PRAGMA cache_size = -1000000;" + statements + "; PRAGMA cache_size = -2000"
	} else {
		statements = "SET LOCAL statement_timeout = 0;" + statements + "; ANALYZE"
	}

	err := db.Tx(tb.Context(), func(tx *sql.Tx) error {
		for statement := range strings.SplitSeq(statements, ";") {
			if _, err := tx.ExecContext(tb.Context(), statement); err != nil {
				return fmt.Errorf("%w\n%s", err, statement)
			}
		}

		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}

	if db.Dialect() == store.SQLite { // connections share what they may keep: else this one would go on to have the others' part
		if _, err := db.Write().ExecContext(tb.Context(), `PRAGMA shrink_memory`); err != nil {
			tb.Fatal(err)
		}
	}
}

// minuteOf is an expression for the minute of a number, in the layout of the store.
func minuteOf(db *store.DB, number string) string {
	return moment(db, "1577836800 + 60 * "+number)
}

// minuteAgo is the minute that lies as many minutes ago.
func minuteAgo(db *store.DB, number string) string {
	if db.Dialect() == store.Postgres {
		return moment(db, "extract(epoch FROM now()) - 60 * "+number)
	}

	return moment(db, "unixepoch() - 60 * "+number)
}

func moment(db *store.DB, seconds string) string {
	if db.Dialect() == store.Postgres {
		return `to_char(to_timestamp(` + seconds + `) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
	}

	return `strftime('%Y-%m-%dT%H:%M:%S.000000Z', ` + seconds + `, 'unixepoch')`
}
