package opsapi_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

// TestConformance runs the suite against the embedded control plane, in process and
// through this package and the client.
func TestConformance(t *testing.T) {
	t.Parallel()

	for name, subject := range map[string]func(t *testing.T, w *world) opstest.Subject{
		"in process": func(_ *testing.T, w *world) opstest.Subject { return w.subject() },
		"over REST": func(t *testing.T, w *world) opstest.Subject {
			t.Helper()

			client := w.serve(t).client(t)
			s := w.subject()
			s.Platform, s.Instances = client, client

			return s
		},
	} {
		for database, url := range map[string]func(testing.TB) string{
			"sqlite": worldtest.Prepared.SQLiteURL, "postgres": worldtest.Prepared.PostgresURL,
		} {
			t.Run(name+"/"+database, func(t *testing.T) {
				t.Parallel()

				opstest.Run(t, func(t *testing.T) opstest.Subject {
					t.Helper()

					return subject(t, newWorld(t, storetest.Open(t, url(t))))
				})
			})
		}
	}
}
