package webhooks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// sent is the body of an event as the kind gets it.
func sent(t *testing.T, w *world, kind webhooks.Kind, what maintenance.EventKind) map[string]any {
	t.Helper()

	e, secret := w.create(kind, "https://a.example.com/")
	if secret != "" {
		t.Error("a chat has a secret")
	}

	var id string

	if what == webhooks.TestEvent {
		d, err := w.Test(t.Context(), dave, e.ID)
		if err != nil {
			t.Fatal(err)
		}

		id = d.ID
	} else {
		id = w.happenOnce(what)
	}

	var body map[string]any
	if err := json.Unmarshal(w.delivery(id).Body, &body); err != nil {
		t.Fatal(err)
	}

	return body
}

// texts are the values of that name in the message, wherever they stand.
func texts(value any, name string) []string {
	var out []string

	switch value := value.(type) {
	case map[string]any:
		if text, ok := value[name].(string); ok {
			out = append(out, text)
		}

		for _, inner := range value {
			out = append(out, texts(inner, name)...)
		}
	case []any:
		for _, inner := range value {
			out = append(out, texts(inner, name)...)
		}
	}

	return out
}

func TestSlack(t *testing.T) {
	t.Parallel()

	body := sent(t, onSQLite(t, nil), webhooks.Slack, maintenance.EventStarted)

	if want := "Maintenance has begun: Storage &lt;moves&gt; &amp; *more*\n" +
		"Sat 4 July 2026 15:00 to 16:00 Europe/Berlin (13:00 to 14:00 UTC)"; body["text"] != want {
		t.Errorf("the text is %q, want %q", body["text"], want)
	}

	blocks, _ := body["blocks"].([]any)

	var types []string
	for _, b := range blocks {
		types = append(types, b.(map[string]any)["type"].(string))
	}

	if !slices.Equal(types, []string{"header", "section", "context"}) {
		t.Errorf("the blocks are %q, want header, section and context", types)
	}

	// What people wrote is plain text: markup is ours alone.
	for _, b := range blocks {
		checkPlain(t, b)
	}

	all := texts(blocks, "text")
	for _, want := range []string{
		"Maintenance has begun: Storage <moves> & *more*", "Save your work <!channel> @here.", "demo",
		"<https://ops.example.com/announcements#UID7|Announcements>",
	} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not in %q", want, all)
		}
	}
}

func checkPlain(t *testing.T, value any) {
	t.Helper()

	switch value := value.(type) {
	case map[string]any:
		if text, _ := value["text"].(string); value["type"] == "mrkdwn" && !strings.HasPrefix(text, "<https://ops.example.com/") {
			t.Errorf("%q is read as markup", text)
		}

		for _, inner := range value {
			checkPlain(t, inner)
		}
	case []any:
		for _, inner := range value {
			checkPlain(t, inner)
		}
	}
}

func TestTeams(t *testing.T) {
	t.Parallel()

	body := sent(t, onSQLite(t, nil), webhooks.Teams, maintenance.EventCancelled)

	attachment := body["attachments"].([]any)[0].(map[string]any)
	card := attachment["content"].(map[string]any)

	if body["type"] != "message" || attachment["contentType"] != "application/vnd.microsoft.card.adaptive" ||
		card["type"] != "AdaptiveCard" || card["version"] != "1.4" {
		t.Errorf("the message is %v, want a message with an AdaptiveCard of version 1.4", body)
	}

	for _, kind := range texts(card["body"], "type") {
		if kind != "RichTextBlock" && kind != "TextRun" {
			t.Errorf("there is a %s, which reads Markdown", kind)
		}
	}

	all := texts(card, "text")
	for _, want := range []string{"Maintenance cancelled: Storage <moves> & *more*", "Save your work <!channel> @here.", "demo"} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not in %q", want, all)
		}
	}

	if links := texts(card["actions"], "url"); !slices.Equal(links, []string{"https://ops.example.com/announcements#UID7"}) {
		t.Errorf("it links to %q, want https://ops.example.com/announcements#UID7", links)
	}
}

// TestMessagesOfTests: no text may be empty, and none is longer than the chats take.
func TestMessagesOfTests(t *testing.T) {
	t.Parallel()

	for _, kind := range []webhooks.Kind{webhooks.Slack, webhooks.Teams} {
		w := onSQLite(t, func(c *webhooks.Config) { c.Environment = strings.Repeat("é", 300) })
		body := sent(t, w, kind, webhooks.TestEvent)

		for _, text := range texts(body, "text") {
			if text == "" || utf8.RuneCountInString(text) > 3000 {
				t.Errorf("%s gets %q, want 1 to 3000 characters", kind, text)
			}
		}
	}
}

// TestWithoutPage: where users cannot read the announcements nothing links there.
func TestWithoutPage(t *testing.T) {
	t.Parallel()

	for _, kind := range []webhooks.Kind{webhooks.Slack, webhooks.Teams} {
		w := onSQLite(t, func(c *webhooks.Config) { c.Page = nil })

		data, err := json.Marshal(sent(t, w, kind, maintenance.EventAnnounced))
		if err != nil || strings.Contains(string(data), "Announcements") || strings.Contains(string(data), "mrkdwn") {
			t.Errorf("%s gets %s, %v; want neither Announcements nor mrkdwn", kind, data, err)
		}
	}
}

// TestEveryEventIsDocumented wants a row of the manual for each event.
func TestEveryEventIsDocumented(t *testing.T) {
	t.Parallel()

	manual, err := os.ReadFile(filepath.Join("..", "..", "docs", "webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}

	for _, event := range webhooks.Events() {
		if row := "\n| `" + string(event) + "` |"; !strings.Contains(string(manual), row) {
			t.Errorf("docs/webhooks.md has no row of %q", event)
		}
	}
}

// TestEveryEventHasAHeadline wants what happened in front of the window's title.
func TestEveryEventHasAHeadline(t *testing.T) {
	t.Parallel()

	for _, event := range webhooks.Events() {
		w := onSQLite(t, nil)

		text, _ := sent(t, w, webhooks.Slack, event)["text"].(string)
		if head, _, found := strings.Cut(text, ": "); !found || head != event.Headline() || head == "" {
			t.Errorf("%s is told as %q, wanted %q in front", event, text, event.Headline())
		}
	}
}

func TestPagesAreToldOfWhatWasWritten(t *testing.T) {
	t.Parallel()

	told := 0
	w := onSQLite(t, func(c *webhooks.Config) { c.OnChange = func() { told++ } })

	if w.create(webhooks.Generic, "https://a.example.com/"); told != 1 {
		t.Errorf("a new webhook: told %d times, wanted once", told)
	}

	if _, err := w.Update(t.Context(), dave, 1, webhooks.Edit{Revision: 7, Reason: reason}); err == nil || told != 1 {
		t.Errorf("an edit of another revision: told %d times, %v, wanted once as before", told, err)
	}
}
