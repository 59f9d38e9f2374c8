package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

func TestDeliver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t)
		w.trust(r)

		_, secret := w.create(webhooks.Generic, r.url)
		id := w.happenOnce(maintenance.EventStarted)

		if next := w.deliver(id); !next.IsZero() {
			t.Errorf("it is to be delivered again at %s", next)
		}

		if next := w.deliver(id); !next.IsZero() || len(r.got()) != 1 {
			t.Fatalf("called twice it was sent %d times, and again at %s, want once and never again", len(r.got()), next)
		}

		got := r.got()[0]
		checkSignature(t, got, secret)

		for name, want := range map[string]string{
			"Content-Type": "application/json", webhooks.DeliveryHeader: id, webhooks.EventHeader: "started",
			webhooks.TimestampHeader: strconv.FormatInt(noon.Unix(), 10),
		} {
			if value := got.header.Get(name); value != want {
				t.Errorf("%s is %q, want %q", name, value, want)
			}
		}

		checkBody(t, got.body, id)

		d := w.delivery(id)
		if d.State != webhooks.Delivered || d.Attempts != 1 || d.FinishedAt == nil || d.NextTryAt != nil || len(d.Log) != 1 ||
			d.Log[0].Status != http.StatusNoContent || d.Log[0].Error != "" || d.Title != "Storage <moves> & *more*" ||
			*d.EventID != 17 || *d.WindowID != 7 || !json.Valid(d.Body) {
			t.Errorf("the log says %+v, want delivered in one attempt, with 204, of event 17 and window 7", d)
		}
	})
}

// checkSignature does what docs/webhooks.md tells receivers to do.
func checkSignature(t *testing.T, r request, secret string) {
	t.Helper()

	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", r.header.Get("X-Opsconsole-Timestamp"), r.body)

	if want := "v1=" + hex.EncodeToString(mac.Sum(nil)); r.header.Get("X-Opsconsole-Signature") != want {
		t.Errorf("the signature is %q, want %q", r.header.Get("X-Opsconsole-Signature"), want)
	}
}

func checkBody(t *testing.T, body, id string) {
	t.Helper()

	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string]any{
		"event": "started", "id": 17.0, "delivery": id, "at": noon.Format(time.RFC3339), "environment": "demo",
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}

	window, _ := got["window"].(map[string]any)
	for name, want := range map[string]any{
		"uid": "UID7", "title": "Storage <moves> & *more*", "phase": "announced", "starts_at": "2026-07-04T13:00:00Z",
		"time_zone": "Europe/Berlin", "url": "https://ops.example.com/announcements#UID7", "overrun": false,
	} {
		if window[name] != want {
			t.Errorf("the window's %s is %v, want %v", name, window[name], want)
		}
	}

	for _, secret := range []string{"secret", "dave", "carol", "per_analyst", "41"} {
		if strings.Contains(strings.ReplaceAll(body, id, ""), secret) { // an id may have any digits
			t.Errorf("%q is in the body %s", secret, body)
		}
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t, status(500), status(503, "Retry-After: 600"), status(403), status(429, "Retry-After: 86400"), status(502))
		w.trust(r)
		w.create(webhooks.Generic, r.url)
		id := w.happenOnce(maintenance.EventAnnounced)

		for i, want := range []time.Duration{
			5 * time.Second, 600 * time.Second, 20 * time.Second, time.Hour, 80 * time.Second,
		} {
			next := w.deliver(id)
			if got := next.Sub(w.clock.Now()); got != want {
				t.Errorf("after attempt %d it waits %s, want %s", i+1, got, want)
			}

			if d := w.delivery(id); d.State != webhooks.Pending || !d.NextTryAt.Equal(next) || d.Last == nil || d.Last.Error == "" {
				t.Errorf("after attempt %d the log says %+v, want pending until %s, with an error", i+1, d, next)
			}

			w.clock.Set(next.Add(-time.Millisecond))

			if early := w.deliver(id); !early.Equal(next) || len(r.got()) != i+1 {
				t.Errorf("before its time it was sent, or is due at %s, want %s", early, next)
			}

			w.clock.Set(next)
		}

		if next := w.deliver(id); !next.IsZero() {
			t.Errorf("when it has arrived it is sent again at %s", next)
		}

		d := w.delivery(id)

		var statuses []int
		for _, a := range d.Log {
			statuses = append(statuses, a.Status)
		}

		if want := []int{500, 503, 403, 429, 502, 204}; d.State != webhooks.Delivered || !slices.Equal(statuses, want) {
			t.Errorf("it is %s after %v, want %v", d.State, statuses, want)
		}

		if d.Log[0].Error != "127.0.0.1 answered 500 Internal Server Error." {
			t.Errorf("the first attempt failed with %q, want %q", d.Log[0].Error, "127.0.0.1 answered 500 Internal Server Error.")
		}

		for _, got := range r.got() {
			if got.body != r.got()[0].body || got.header.Get(webhooks.DeliveryHeader) != id {
				t.Error("it was not the same that was sent again")
			}
		}

		if signed := r.got()[5].header.Get(webhooks.TimestampHeader); signed != strconv.FormatInt(w.clock.Now().Unix(), 10) {
			t.Errorf("what is sent again was signed at %s, want %d", signed, w.clock.Now().Unix())
		}
	})
}

func TestGiveUp(t *testing.T) {
	t.Parallel()

	for name, jitter := range map[string]float64{"no jitter": 0, "all of it": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := onSQLite(t, func(c *webhooks.Config) { c.Jitter = func() float64 { return jitter } })
			r := newReceiver(t, slices.Repeat([]http.HandlerFunc{status(500)}, 200)...)
			w.trust(r)
			w.create(webhooks.Generic, r.url)
			id := w.happenOnce(maintenance.EventAnnounced)

			for next := w.deliver(id); !next.IsZero(); next = w.deliver(id) {
				if pause := next.Sub(w.clock.Now()); pause > time.Hour || pause < 2*time.Second {
					t.Fatalf("it waits %s, want 2 seconds to an hour", pause)
				}

				w.clock.Set(next)
			}

			span := w.clock.Now().Sub(noon)
			if d := w.delivery(id); d.State != webhooks.Failed || d.Note == "" || d.NextTryAt != nil || d.FinishedAt == nil {
				t.Errorf("it is %+v, want failed and finished, with a note", d)
			}

			if span > 24*time.Hour || span < 23*time.Hour || len(r.got()) < 30 {
				t.Errorf("it was tried %d times in %s, want at least 30 in 23 to 24 hours", len(r.got()), span)
			}
		})
	}
}

func TestDropped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t)
		w.trust(r)

		off, _ := w.create(webhooks.Generic, r.url)
		gone, _ := w.create(webhooks.Slack, r.url)
		ids := w.happen(maintenance.EventAnnounced)

		disabled := false
		if _, err := w.Update(t.Context(), dave, off.ID, webhooks.Edit{Enabled: &disabled, Reason: reason}); err != nil {
			t.Fatal(err)
		}

		if err := w.Delete(t.Context(), dave, gone.ID, webhooks.Act{Reason: reason}); err != nil {
			t.Fatal(err)
		}

		for _, id := range ids {
			if next := w.deliver(id); !next.IsZero() {
				t.Errorf("it is to be sent at %s", next)
			}

			if d := w.delivery(id); d.State != webhooks.Dropped || d.Note == "" || d.Webhook.Deleted != (d.Webhook.ID == gone.ID) {
				t.Errorf("the log says %+v, want dropped with a note, the webhook deleted: %t", d, d.Webhook.ID == gone.ID)
			}

			if _, err := w.Redeliver(t.Context(), dave, id); code(err) != "CONFLICT" {
				t.Errorf("it was sent again: %v", err)
			}
		}

		if len(r.got()) > 0 || len(w.happen(maintenance.EventStarted)) > 0 {
			t.Error("what is turned off or deleted was told")
		}
	})
}

func TestNewAddress(t *testing.T) {
	t.Parallel()

	w := onSQLite(t, nil)
	r := newReceiver(t)
	w.trust(r)

	e, _ := w.create(webhooks.Generic, "https://127.0.0.1:1024/closed")
	id := w.happenOnce(maintenance.EventAnnounced)
	w.clock.Set(w.deliver(id))

	if d := w.delivery(id); d.Last.Error != "127.0.0.1 refused the connection." {
		t.Errorf("the log says %+v, want %q", d.Last, "127.0.0.1 refused the connection.")
	}

	if _, err := w.Update(t.Context(), dave, e.ID, webhooks.Edit{URL: &r.url, Reason: reason}); err != nil {
		t.Fatal(err)
	}

	_, secret, err := w.RotateSecret(t.Context(), dave, e.ID, webhooks.Act{Reason: reason})
	if err != nil {
		t.Fatal(err)
	}

	w.deliver(id)

	if got := r.got(); len(got) != 1 {
		t.Fatalf("it was sent %d times to the new address, want once", len(got))
	}

	checkSignature(t, r.got()[0], secret)
}
