package maintenance_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAWindowAndATemporaryChangeThatAreMadeTogether: of two that each look for the other and are written then, one is refused.
func TestAWindowAndATemporaryChangeThatAreMadeTogether(t *testing.T) {
	t.Parallel()

	for name, at := range map[string]time.Duration{"scheduled": time.Hour + 30*time.Minute, "at once": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				term, errs := w.changes.ParseTerm("2h", "", "")
				if len(errs) > 0 {
					t.Fatal(errs)
				}

				current, err := w.changes.Current(t.Context(), w.line, ops.SectionConcurrency)
				if err != nil {
					t.Fatal(err)
				}

				request := changes.Request{
					Section: ops.SectionConcurrency, Revision: current.Revision, Values: ops.Values{"per_analyst": int64(9)},
					Reason: "a load test tonight", Source: changes.SourceConsole, Term: term,
				}
				if at > 0 {
					request.At = seed.Add(at)
					request.Term.EndsAt = request.At.Add(time.Hour)
				}

				announced := make(chan error, 1)
				guard := w.GuardAgainstWindows(request.Section, seed.Add(at), request.Term.EndsAt)

				// The window is announced right after the change has seen that there is none.
				request.Guard = func(ctx context.Context, tx *sql.Tx, fields []string) error {
					if err := guard(ctx, tx, fields); err != nil {
						return err
					}

					go func() {
						_, err := w.Announce(context.WithoutCancel(ctx), w.line, dave, patching())
						announced <- err
					}()

					<-time.After(300 * time.Millisecond)

					return nil
				}

				if at > 0 {
					_, err = w.changes.Schedule(t.Context(), w.line, olga, request)
				} else {
					_, err = w.changes.Apply(t.Context(), w.line, olga, request)
				}

				if other := <-announced; (err == nil) == (other == nil) {
					t.Errorf("the change ends with %v, the window with %v, want one of them refused", err, other)
				}
			})
		})
	}
}
