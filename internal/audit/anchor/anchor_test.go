package anchor_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
)

func newKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(key ed25519.PrivateKey) []ed25519.PublicKey {
	return []ed25519.PublicKey{anchor.PublicOf(key)}
}

func signed(tb testing.TB, key ed25519.PrivateKey, seq int64) string {
	tb.Helper()

	line, err := anchor.Sign(key, audit.Head{Seq: seq, Hash: "h"}, time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC)).Line()
	if err != nil {
		tb.Fatal(err)
	}

	return string(line)
}

func TestAnchorsAreReadAmongOtherLines(t *testing.T) {
	t.Parallel()

	key := newKey(1)
	text := "Mar  1 12:00:00 host opsconsole 1 audit-head - " + signed(t, key, 7) + "\nanother line\n" +
		strings.Repeat("x", 100_000) + "\n" + signed(t, key, 8)[:50] + "\n" + signed(t, key, 9)

	found, err := anchor.Read(strings.NewReader(text), public(key))
	if err != nil || len(found.Anchors) != 2 || found.Anchors[1].Seq != 9 || len(found.Torn) != 1 || found.Torn[0] != 4 {
		t.Errorf("got %+v, %v; want the heads of 7 and 9, and line 4 torn", found, err)
	}

	for name, line := range map[string]string{
		"another key":  signed(t, newKey(2), 7),
		"another seq":  strings.Replace(signed(t, key, 7), `"seq":7`, `"seq":8`, 1),
		"another hash": strings.Replace(signed(t, key, 7), `"hash":"h"`, `"hash":"i"`, 1),
	} {
		if _, err := anchor.Read(strings.NewReader(line), public(key)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	key := newKey(1)
	f.Add([]byte(signed(f, key, 7)))
	f.Add([]byte("x {\"opsconsole_audit_head\":1,\"seq\":1}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		found, err := anchor.Read(bytes.NewReader(text), public(newKey(3)))
		if len(found.Anchors) > 0 {
			t.Errorf("taken without a signature: %+v, %v", found, err)
		}
	})
}

func TestAFileIsAppendedTo(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "anchors.jsonl")
	if err := os.WriteFile(path, []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, line := range []string{"a", "b"} {
		if err := anchor.File(path).Send(t.Context(), []byte(line), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}

	if got, err := os.ReadFile(path); err != nil || string(got) != "torn\na\nb\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// place is a destination that may fail.
type place struct {
	mu    sync.Mutex
	fails bool
	lines []string
}

func (p *place) Send(_ context.Context, line []byte, _ time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.fails {
		return errors.New("out of reach")
	}

	p.lines = append(p.lines, string(line))

	return nil
}

func (*place) String() string { return "place" }

func TestHeadsAreSentAndTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		to := &place{fails: true}
		s := anchor.New(anchor.Config{Key: newKey(1), Destinations: []anchor.Destination{to}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})

		go s.Run(t.Context()) //nolint:errcheck // it has none

		for _, seq := range []int64{1, 2, 1000, 1001} { // 1 at once, 1,001 as it is a thousand on
			s.Offer(audit.Head{Seq: seq})
		}

		<-time.After(time.Minute)
		synctest.Wait()

		if state := s.States()[0]; state.Waiting != 2 || state.Error != "out of reach" || state.Since.IsZero() {
			t.Errorf("got %+v, want two to wait and why", state)
		}

		to.mu.Lock()
		to.fails = false
		to.mu.Unlock()

		<-time.After(4 * time.Minute)
		s.Offer(audit.Head{Seq: 1001})
		synctest.Wait()

		to.mu.Lock()
		defer to.mu.Unlock()

		if state := s.States()[0]; len(to.lines) != 3 || state.Waiting != 0 || state.Error != "" || state.Seq != 1001 {
			t.Errorf("got %+v, %v; want all three sent", state, to.lines)
		}
	})
}
