package handlers_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// onEach benchmarks consoles on SQLite, and on PostgreSQL.
func onEach(b *testing.B, run func(b *testing.B, open func(testing.TB) *handlerstest.World)) {
	b.Helper()

	b.Run("sqlite", func(b *testing.B) { run(b, handlerstest.New) })
	b.Run("postgres", func(b *testing.B) {
		run(b, func(tb testing.TB) *handlerstest.World {
			tb.Helper()

			w, _ := handlerstest.NewOnPostgres(tb)

			return w
		})
	})
}
