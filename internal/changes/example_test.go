package changes_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// limits is a control plane that knows its concurrency limits and nothing else.
type limits struct {
	ops.Service

	now ops.ConcurrencyConfig
}

func (l *limits) GetConcurrencyConfig(context.Context) (ops.ConcurrencyConfig, error) {
	return l.now, nil
}

func (l *limits) UpdateConcurrencyConfig(_ context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	l.now.PerAnalyst, l.now.ClusterTotal = u.PerAnalyst, u.ClusterTotal

	return l.now, nil
}

// A form is filled from what a section holds, saved against that revision for an hour, and
// what it set is taken back by itself.
func Example() {
	ctx := context.Background()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }

	dir, err := os.MkdirTemp("", "example")
	check(err)

	defer os.RemoveAll(dir)

	db, err := store.Open(ctx, "sqlite://"+filepath.Join(dir, "opsconsole.db"))
	check(err)

	defer db.Close()

	check(db.Migrate(ctx))

	history := changes.New(db, audit.New(db, clock), clock, slog.New(slog.DiscardHandler), changes.Policy{Environment: "demo"})
	platform := &limits{now: ops.ConcurrencyConfig{PerAnalyst: 5, ClusterTotal: 50}}
	dave := audit.Actor{Username: "dave", Role: string(ops.RoleOps)}

	current, err := history.Current(ctx, platform, ops.SectionConcurrency)
	check(err)

	term, _ := history.ParseTerm("1h", "", "")
	request := changes.Request{
		Section: ops.SectionConcurrency, Revision: current.Revision, Values: ops.Values{"per_analyst": int64(8)},
		Reason: "Quarterly reports are due", Source: changes.SourceAPI, Term: term,
	}

	result, err := history.Apply(ctx, platform, dave, request)
	check(err)
	fmt.Println(result.Change.Outcome, platform.now.PerAnalyst)

	// Whoever saves against a revision that is no longer the newest is told of what came between.
	_, err = history.Apply(ctx, platform, audit.Actor{Username: "olga"}, request)
	fmt.Println(err)

	now = now.Add(time.Hour)

	check(history.EndDue(ctx, platform, ops.SectionConcurrency))
	fmt.Println(platform.now.PerAnalyst)

	// Output:
	// applied 8
	// Concurrency limits has changed since you opened it. Compare the values, then save again or keep theirs.
	// 5
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
