package calmlog_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/calmlog"
)

func TestWhatRepeatsItselfIsSaidOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer

		log := slog.New(calmlog.New(slog.NewTextHandler(&out, nil), func(record slog.Record) bool {
			return record.Level >= slog.LevelWarn
		}))
		chores := []*slog.Logger{log, log.With("replica", "one")}

		for range 90 { // seconds
			for _, chore := range chores {
				chore.Warn("a chore failed", "chore", "windows", "took", time.Second)
				chore.Warn("a chore failed", "chore", "leases")
				chore.Warn("a delivery failed", "webhook", 7)
				chore.Warn("a delivery failed", "webhook", int64(8))
			}

			log.Info("a request")
			<-time.After(time.Second)
		}

		for words, want := range map[string]int{"chore=windows": 2, "chore=leases": 2, "webhook=7": 2, "webhook=8": 2, "a request": 90} {
			if got := strings.Count(out.String(), words); got != want {
				t.Errorf("%q was said %d times, want %d", words, got, want)
			}
		}
	})
}
