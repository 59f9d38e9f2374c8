package hangup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"github.com/graph-olap/opsconsole/internal/hangup"
)

func TestAHangupIsNoTrouble(t *testing.T) {
	t.Parallel()

	gone, cancel := context.WithCancel(t.Context())
	cancel()

	broken := errors.New("the table is gone")

	for name, c := range map[string]struct {
		gone bool
		err  error
		want bool
	}{
		"a query that was given up":        {true, fmt.Errorf("read: %w", context.Canceled), true},
		"an answer nobody took":            {true, fmt.Errorf("write: %w", syscall.EPIPE), true},
		"an answer that was cut":           {true, syscall.ECONNRESET, true},
		"trouble of another kind":          {true, broken, false},
		"a control plane that hung up":     {false, syscall.ECONNRESET, false},
		"an own context that was given up": {false, context.Canceled, false},
		"nothing":                          {true, nil, false},
	} {
		ctx := t.Context()
		if c.gone {
			ctx = gone
		}

		if got := hangup.Is(ctx, c.err); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}

		for least, seen := range map[slog.Level]bool{slog.LevelInfo: !c.want, slog.LevelDebug: true} {
			var log bytes.Buffer

			logger := hangup.Quiet(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: least})))
			logger.With("part", "pages").WithGroup("of").ErrorContext(ctx, "it failed", "error", c.err)

			if got := log.String(); (got != "") != seen || c.want && strings.Contains(got, "level=ERROR") {
				t.Errorf("%s, at %s: got %q, want it seen: %t", name, least, got, seen)
			}
		}
	}
}
