package worldtest

import (
	"flag"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
)

var (
	firstSeed = flag.Uint64("model.seed", 1, "the first seed of model tests")
	seeds     = flag.Uint64("model.seeds", 1, "how many seeds model tests walk from on SQLite; on PostgreSQL it is one")
	times     = flag.Int("model.times", 1, "how many times as long as usual model tests walk")

	firstOfDurability = flag.Uint64("seed", 1, "the first seed of the tests of durability")
	seedsOfDurability = flag.Uint64("seeds", 1, "how many seeds the tests of durability have")
)

// OneSeed reports whether the tests of durability have but one seed, as those of each commit do.
func OneSeed() bool { return *seedsOfDurability == 1 }

// Seeds runs fn in parallel subtests of a test of durability, whose name begins with TestDurability: so ./task
// test:durability finds it. A failure says how to have it again.
func Seeds(t *testing.T, name string, fn func(t *testing.T, seed uint64)) {
	t.Helper()

	for seed := *firstOfDurability; seed < *firstOfDurability+*seedsOfDurability; seed++ {
		t.Run(fmt.Sprintf("%s seed %d", name, seed), func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("again with: ./task test:durability -- -run '^%s$' -seed %d", strings.ReplaceAll(t.Name(), "/", "$/^"), seed)
				}
			})
			fn(t, seed)
		})
	}
}

// Walk runs fn in parallel subtests, each with a seed for what it does at random and with how many
// steps to do. A failure says how to have it again.
func Walk(t *testing.T, onSQLite, onPostgres int, fn func(t *testing.T, db *store.DB, seed uint64, steps int)) {
	t.Helper()

	walk := func(database string, open func(testing.TB) *store.DB, seed uint64, steps int) {
		t.Run(fmt.Sprintf("%s seed %d", database, seed), func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("again with: %s", again(t.Name(), seed))
				}
			})
			fn(t, open(t), seed, steps**times)
		})
	}

	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		walk("sqlite", Prepared.SQLite, seed, onSQLite)
	}

	walk("postgres", Prepared.Postgres, *firstSeed, onPostgres)
}

// again is the command that runs one subtest with the same seed and the same steps.
func again(test string, seed uint64) string {
	pkg := "."
	if info, ok := debug.ReadBuildInfo(); ok {
		pkg = strings.TrimSuffix(info.Path, ".test")
	}

	name := strings.ReplaceAll(test, "/", "$/^")

	return fmt.Sprintf("go test %s -run '^%s$' -model.seed=%d -model.times=%d", pkg, name, seed, *times)
}
