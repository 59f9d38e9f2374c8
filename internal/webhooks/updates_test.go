package webhooks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestUpdatesAreEvents a real window that is under way, to an endpoint of each kind: what was told before and
// what is told now, and how much it matters. The clock of the webhooks is the real one, which signatures are checked by.
func TestUpdatesAreTold(t *testing.T) {
	t.Parallel()
	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(t, db, func(c *webhooks.Config) { c.Now = time.Now })
		r := newReceiver(t)
		w.trust(r)

		secrets := map[webhooks.Kind]string{}
		for _, kind := range webhooks.Kinds() {
			_, secrets[kind] = w.create(kind, r.url, maintenance.EventUpdated)
		}

		post := w.underWay()
		post("Moving <now>.", maintenance.SeverityInfo)
		w.jobs.take()

		for kind, got := range w.tellAll(r, post, "The **database** is back & <!channel> slow.", maintenance.SeverityCritical) {
			switch kind {
			case webhooks.Generic:
				if want := webhooks.Sign(secrets[kind], got.header.Get(webhooks.TimestampHeader), got.body); got.header.Get(webhooks.SignatureHeader) != want {
					t.Errorf("the signature is %q, want %q", got.header.Get(webhooks.SignatureHeader), want)
				}

				checkUpdates(t, got.body)
			case webhooks.Standard:
				verify(t, secrets[kind], got)

				var body struct {
					Type string          `json:"type"`
					Data json.RawMessage `json:"data"`
				}
				if err := json.Unmarshal([]byte(got.body), &body); err != nil || body.Type != "maintenance.updated" {
					t.Errorf("%v: its type is %q, want maintenance.updated", err, body.Type)
				}

				checkUpdates(t, string(body.Data))
			case webhooks.Slack, webhooks.Teams:
				checkChatOfUpdate(t, kind, got.body)
			}
		}
	})
}

// underWay is a window that has begun, and how an update of it is posted.
func (w *world) underWay() (post func(text string, severity maintenance.Severity)) {
	w.t.Helper()

	windows, service := w.windows()

	window, err := windows.Announce(w.t.Context(), service, dave, maintenance.Draft{
		Plan:     maintenance.Plan{Title: "Storage <moves>", Message: "Save your work."},
		StartsAt: noon.Add(time.Hour), EndsAt: noon.Add(2 * time.Hour), TimeZone: "Europe/Berlin", Reason: "a new hall",
	})
	if err != nil {
		w.t.Fatal(err)
	}

	w.clock.Set(noon.Add(time.Hour))

	if err := windows.Tick(w.t.Context(), service); err != nil {
		w.t.Fatal(err)
	}

	return func(text string, severity maintenance.Severity) {
		w.t.Helper()
		w.clock.Set(w.clock.Now().Add(time.Minute))

		if _, err := windows.PostUpdate(w.t.Context(), dave, window.ID, text, severity); err != nil {
			w.t.Fatal(err)
		}
	}
}

// tellAll is what each kind of endpoint gets of an update.
func (w *world) tellAll(
	r *receiver, post func(text string, severity maintenance.Severity), text string, severity maintenance.Severity,
) map[webhooks.Kind]request {
	w.t.Helper()
	post(text, severity)

	told := map[webhooks.Kind]request{}

	for _, id := range w.jobs.take() {
		w.deliver(id)

		sent := r.got()
		told[w.delivery(id).Webhook.Kind] = sent[len(sent)-1]
	}

	if len(told) != len(webhooks.Kinds()) {
		w.t.Fatalf("%d kinds of endpoints are told, want all %d", len(told), len(webhooks.Kinds()))
	}

	return told
}

// checkUpdates wants the newest update beside all of the window's.
func checkUpdates(t *testing.T, body string) {
	t.Helper()

	type update struct {
		At       time.Time `json:"at"`
		Severity string    `json:"severity"`
		Label    string    `json:"label"`
		HTML     string    `json:"html"`
		Text     string    `json:"text"`
	}

	var got struct {
		Event  string `json:"event"`
		Update update `json:"update"`
		Window struct {
			Phase    string   `json:"phase"`
			Sequence int      `json:"sequence"`
			Updates  []update `json:"updates"`
		} `json:"window"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}

	want := []update{
		{noon.Add(61 * time.Minute), "info", "Update", "<p>Moving &lt;now&gt;.</p>", "Moving <now>."},
		{
			noon.Add(62 * time.Minute), "critical", "Critical",
			"<p>The <strong>database</strong> is back &amp; &lt;!channel&gt; slow.</p>", "The database is back & <!channel> slow.",
		},
	}
	if got.Event != "updated" || got.Window.Phase != "active" || got.Window.Sequence != 3 || got.Update != want[1] ||
		!slices.Equal(got.Window.Updates, want) {
		t.Errorf("it is told\n%s\nwant of an active window, the fourth time, %+v of %+v", body, want[1], want)
	}
}

// checkChatOfUpdate wants the update in place of the message, as it was typed, and nothing of it read as markup.
func checkChatOfUpdate(t *testing.T, kind webhooks.Kind, body string) {
	t.Helper()

	var message map[string]any
	if err := json.Unmarshal([]byte(body), &message); err != nil {
		t.Fatal(err)
	}

	checkPlain(t, message)

	head := maintenance.EventUpdated.Headline() + " (critical): Storage <moves>"
	all := texts(message, "text")

	for _, want := range []string{head, "The database is back & <!channel> slow."} {
		if !slices.Contains(all, want) {
			t.Errorf("%s is told %q, want %q", kind, all, want)
		}
	}

	if strings.Contains(body, "Save your work") || strings.Contains(body, "Moving") {
		t.Errorf("%s is told more than the update: %s", kind, body)
	}
}
