package opsapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

var update = flag.Bool("update", false, "write testdata/conversation.txt anew")

const conversation = "testdata/conversation.txt"

// TestConversation has the conversation in testdata with a new control plane and
// compares the answers to the letter: it is what a client library sees. A line that
// begins with > is a request, with who makes it; the lines below it are its body;
// < begins the answer.
func TestConversation(t *testing.T) {
	t.Parallel()

	written, err := os.ReadFile(conversation)
	if err != nil {
		t.Fatal(err)
	}

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		server := newWorld(t, db).serve(t)

		var had strings.Builder

		for _, p := range parts(string(written)) {
			had.WriteString(p.text)

			if p.request {
				had.WriteString(server.ask(t, strings.TrimPrefix(p.text, "> ")))
			}
		}

		if *update && db.Dialect() == store.SQLite {
			if err := os.WriteFile(conversation, []byte(had.String()), 0o600); err != nil {
				t.Fatal(err)
			}

			return
		}

		compare(t, had.String(), string(written))
	})
}

// part is a request of the conversation, or what stands between an answer and the
// next request.
type part struct {
	text    string
	request bool
}

// parts leaves out the answers.
func parts(written string) (found []part) {
	answered := false

	for line := range strings.Lines(written) {
		last := len(found) - 1

		switch {
		case strings.HasPrefix(line, "> "):
			found, answered = append(found, part{text: line, request: true}), false
		case strings.HasPrefix(line, "< "):
			answered = true
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
			found, answered = append(found, part{text: line}), false
		case !answered:
			found[last].text += line
		}
	}

	return found
}

// ask makes a request such as "GET /health dave/ops" and returns its answer as text.
func (a api) ask(t *testing.T, request string) string {
	t.Helper()

	line, body, _ := strings.Cut(request, "\n")
	fields := strings.Fields(line)
	header := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"conversation-1"}}

	if len(fields) > 2 {
		name, role, _ := strings.Cut(fields[2], "/")
		header.Set("X-Username", name)

		if role != "" {
			header.Set("X-User-Role", role)
		}
	}

	answer := a.send(t, fields[0], fields[1], body, header)
	if id := answer.header.Get("X-Request-ID"); id != "conversation-1" {
		t.Errorf("%s: the request id came back as %q, want conversation-1", line, id)
	}

	return answerText(t, answer)
}

// changing are the values that no two runs share: times that are not the world's
// among them, for the first values of the settings are as old as the database.
var changing = regexp.MustCompile(`"latency_ms": [\d.e-]+|"url_slug": "[a-z0-9]+"|"updated_at": "[^"]+"`)

func answerText(t *testing.T, answer reply) string {
	t.Helper()

	out := fmt.Sprintf("< %d", answer.status)

	for _, name := range []string{"Content-Type", "Allow", "Retry-After", "WWW-Authenticate"} {
		if value := answer.header.Get(name); value != "" && value != "application/json" {
			out += fmt.Sprintf(" (%s: %s)", name, value)
		}
	}

	if answer.body == "" || answer.header.Get("Content-Type") != "application/json" {
		return out + "\n"
	}

	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(strings.TrimSpace(answer.body)), "", "  "); err != nil {
		t.Fatalf("%v in %s", err, answer.body)
	}

	return out + "\n" + changing.ReplaceAllStringFunc(indented.String(), mask) + "\n"
}

// mask puts dots in place of a value, but leaves the world's own times.
func mask(field string) string {
	if strings.Contains(field, `"`+worldDay) {
		return field
	}

	name, _, _ := strings.Cut(field, ": ")

	return name + `: "…"`
}

func compare(t *testing.T, got, want string) {
	t.Helper()

	lines, wanted := strings.Split(got, "\n"), strings.Split(want, "\n")

	for i, line := range lines {
		if i >= len(wanted) || line != wanted[i] {
			t.Fatalf("%s:%d: got\n%s\nwant\n%s", conversation, i+1,
				strings.Join(lines[max(i-3, 0):min(i+4, len(lines))], "\n"),
				strings.Join(wanted[max(i-3, 0):min(i+4, len(wanted))], "\n"))
		}
	}

	if len(lines) != len(wanted) {
		t.Errorf("%s: got %d lines, want %d", conversation, len(lines), len(wanted))
	}
}
