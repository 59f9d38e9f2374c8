package webhooks_test

import (
	"database/sql"
	"encoding/json"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// TestAChatReadsOfAnApprovalInWords while programs get the names of the log.
func TestAChatReadsOfAnApprovalInWords(t *testing.T) {
	t.Parallel()

	w := onSQLite(t, nil)
	chat, _ := w.create(webhooks.Slack, "https://a.example.com/", webhooks.ApprovalWaiting)
	program, _ := w.create(webhooks.Generic, "https://b.example.com/", webhooks.ApprovalWaiting)
	about := webhooks.Approval{ID: 7, Action: "config.save", Object: "config/concurrency", Title: "Configuration change", ExpiresAt: noon}

	if err := w.DB.Tx(t.Context(), func(tx *sql.Tx) error {
		return w.NotifyApproval(t.Context(), tx, webhooks.ApprovalWaiting, about, noon)
	}); err != nil {
		t.Fatal(err)
	}

	said := map[int64][]string{}

	for _, id := range w.jobs.take() {
		d := w.delivery(id)

		var body map[string]any
		if err := json.Unmarshal(d.Body, &body); err != nil {
			t.Fatal(err)
		}

		said[d.Webhook.ID] = append(texts(body, "text"), texts(body, "object")...)
	}

	for _, want := range []string{"Waiting for another operator: Configuration change", "Concurrency limits"} {
		if !slices.Contains(said[chat.ID], want) {
			t.Errorf("got %q, want %q", said[chat.ID], want)
		}
	}

	if slices.Contains(said[chat.ID], "config.save of config/concurrency") || !slices.Equal(said[program.ID], []string{"config/concurrency"}) {
		t.Errorf("got %q and %q, want words for people and names for programs", said[chat.ID], said[program.ID])
	}
}
