package webhooks_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// TestStandard has what is sent checked by the library of Standard Webhooks, which looks at the
// timestamp too: the clock is the real one.
func TestStandard(t *testing.T) {
	t.Parallel()

	w := onSQLite(t, func(c *webhooks.Config) { c.Now = time.Now })
	r := newReceiver(t, status(http.StatusInternalServerError))
	w.trust(r)

	e, secret := w.create(webhooks.Standard, r.url)
	if !strings.HasPrefix(secret, "whsec_") || !strings.Contains(e.Address, "/hooks/maintenance") {
		t.Errorf("the secret begins with %.6s, the address is %s; want whsec_ and an address with its path", secret, e.Address)
	}

	id := w.happenOnce(maintenance.EventStarted)

	next := w.deliver(id)

	w.Now = func() time.Time { return next }
	w.deliver(id)

	sent := r.got()
	if len(sent) != 2 {
		t.Fatalf("it was sent %d times, want twice", len(sent))
	}

	for _, s := range sent {
		verify(t, secret, s)

		if got := s.header.Get(webhooks.StandardIDHeader); got != id {
			t.Errorf("the id is %q, want %q each time", got, id)
		}

		if s.header.Get(webhooks.SignatureHeader) != "" {
			t.Error("it has the signature of a generic endpoint too")
		}
	}

	if a, b := sent[0].header.Get(webhooks.StandardTimestampHeader), sent[1].header.Get(webhooks.StandardTimestampHeader); a == b {
		t.Errorf("both were sent at %s, want a timestamp of each attempt", a)
	}

	checkStandardBody(t, sent[0].body, id)

	_, other, err := w.RotateSecret(t.Context(), dave, e.ID, webhooks.Act{Reason: reason})
	if err != nil || other == secret {
		t.Fatalf("the new secret is the old one, or %v", err)
	}

	w.deliver(w.happenOnce(maintenance.EventEnded))
	verify(t, other, r.got()[2])
}

func verify(t *testing.T, secret string, r request) {
	t.Helper()

	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}

	if err := hook.Verify([]byte(r.body), r.header); err != nil {
		t.Errorf("it is refused: %v", err)
	}

	if err := hook.Verify([]byte(r.body+" "), r.header); err == nil {
		t.Error("a body that was changed is taken")
	}
}

func checkStandardBody(t *testing.T, body, id string) {
	t.Helper()

	var got struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      struct {
			Event    string         `json:"event"`
			Delivery string         `json:"delivery"`
			Window   map[string]any `json:"window"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}

	if got.Type != "maintenance.started" || !got.Timestamp.Equal(noon) || got.Data.Event != "started" || got.Data.Delivery != id ||
		got.Data.Window["uid"] != "UID7" {
		t.Errorf("the body is %+v, want maintenance.started at %s with what a generic endpoint gets", got, noon)
	}
}
