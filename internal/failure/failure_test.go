package failure_test

import (
	"database/sql"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAnErrorIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		for name, test := range map[string]struct {
			err  error
			want *ops.Error
		}{
			"fields": {
				ops.Invalid([]ops.FieldError{{Field: "body.per_analyst", Message: "must be 1 or more", Type: "range"}}), nil,
			},
			"wait":          {&ops.Error{Code: ops.CodeRateLimitExceeded, Message: "Wait", Details: map[string]any{"retry_after_seconds": 42}}, nil},
			"no details":    {&ops.Error{Code: ops.CodeConflict, Message: "Not now"}, nil},
			"anything else": {errors.New("disk full"), &ops.Error{Code: ops.CodeInternal, Message: "An unexpected error occurred"}},
			"too long": {
				&ops.Error{Code: ops.CodeConflict, Message: "No", Details: map[string]any{"why": strings.Repeat("x", 9<<10)}},
				&ops.Error{Code: ops.CodeConflict, Message: "No"},
			},
			"before": {nil, ops.Unavailable("control_plane", "An old error.")},
		} {
			want, message := test.want, "An old error."
			if want == nil {
				want = ops.AsError(test.err)
			}

			if test.err != nil {
				message = ops.AsError(test.err).Message
			}

			if got := stored(t, db, failure.Of(test.err)).Err(message); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %#v, want %#v", name, got, want)
			}
		}

		if none := stored(t, db, failure.Of(nil)); !reflect.DeepEqual(none, failure.Failure{}) {
			t.Errorf("of nothing it is %+v", none)
		}
	})
}

// stored writes a failure and reads it again.
func stored(t *testing.T, db *store.DB, f failure.Failure) failure.Failure {
	t.Helper()

	var found []failure.Failure

	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `CREATE TABLE things (id INTEGER, error_code TEXT, error_details_json TEXT)`)
		if err != nil {
			return err
		}

		columns := append(store.Columns{{Name: "id", Value: 1}}, f.Columns()...)
		if _, err := columns.Insert(t.Context(), tx, "things"); err != nil {
			return err
		}

		if found, err = store.Select(t.Context(), tx, "things", (*failure.Failure).Columns, "WHERE id = 1"); err != nil {
			return err
		}

		_, err = tx.ExecContext(t.Context(), `DROP TABLE things`)

		return err
	})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}

	return found[0]
}
