package calmlog_test

import (
	"bytes"
	"errors"
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

// TestNoFactIsKeptBack has records that differ in one thing each.
func TestNoFactIsKeptBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer

		log := slog.New(calmlog.New(slog.NewTextHandler(&out, nil), func(slog.Record) bool { return true }))
		all := func() {
			log.Warn("job errored", "error", errors.New("no such table"), "job_id", 7, "discarded", false)
			log.Error("job errored", "error", errors.New("no such table"), "job_id", 7, "discarded", false)
			log.Warn("job errored", "error", errors.New("disk full"), "job_id", 7, "discarded", false)
			log.Warn("job errored", "error", errors.New("no such table"), "job_id", 8, "discarded", false)
			log.Warn("job errored", "error", errors.New("no such table"), "job_id", 7, "discarded", true)
			log.Warn("job errored", "error", errors.New("no such table"), slog.Group("job", "id", 9, "took", time.Second))
		}

		const facts = 6

		all()
		<-time.After(time.Second)
		log.Warn("job errored", "error", errors.New("no such table"), slog.Group("job", "id", 9, "took", time.Minute))
		all()

		if got := strings.Count(out.String(), "\n"); got != facts || strings.Contains(out.String(), "repeated") {
			t.Errorf("got %d lines, want %d\n%s", got, facts, out.String())
		}

		<-time.After(time.Minute)
		all()

		for repeated, want := range map[string]int{"repeated=1": facts - 1, "repeated=2": 1} {
			if got := strings.Count(out.String(), repeated); got != want {
				t.Errorf("%s was said %d times, want %d\n%s", repeated, got, want, out.String())
			}
		}
	})
}

func TestAConnectionOfTheSameKindIsNoNews(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	log := slog.New(calmlog.New(slog.NewTextHandler(&out, nil), func(slog.Record) bool { return true }))
	for _, port := range []string{"45122", "45124"} {
		log.Warn("a chore failed", "error", "read tcp 127.0.0.1:"+port+"->127.0.0.1:5432: connection reset by peer")
	}

	if got := strings.Count(out.String(), "\n"); got != 1 {
		t.Errorf("got %d lines, want 1\n%s", got, out.String())
	}
}
