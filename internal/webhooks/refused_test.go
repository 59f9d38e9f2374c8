package webhooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// TestRefusedForGood: what will be answered alike is not asked for again, until somebody wants it.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()

	for code, says := range map[int]string{
		http.StatusBadRequest: "does not accept", http.StatusNotFound: "no such address", http.StatusGone: "no longer exists",
	} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			t.Parallel()

			w := onSQLite(t, nil)
			r := newReceiver(t, status(code, "Retry-After: 5"))
			w.trust(r)
			w.create(webhooks.Generic, r.url)
			id := w.happenOnce(maintenance.EventAnnounced)

			if next := w.deliver(id); !next.IsZero() {
				t.Errorf("it is sent again at %s, want not by itself", next)
			}

			d := w.delivery(id)
			if d.State != webhooks.Failed || !strings.Contains(d.Note, says) || d.FinishedAt == nil || d.Log[0].Status != code {
				t.Errorf("the log says %+v, want failed with %d, and that it %q", d, code, says)
			}

			if _, err := w.Redeliver(t.Context(), dave, id); err != nil {
				t.Fatal(err)
			}

			w.deliver(id)

			if d := w.delivery(id); d.State != webhooks.Delivered || d.Note != "" {
				t.Errorf("sent again it is %+v, want delivered, with no note", d)
			}
		})
	}
}
