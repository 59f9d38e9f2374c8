package alertmanager_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
)

const mark = "[opsconsole:4FXQ]"

// server is a real Alertmanager, or what behaves as one.
type server interface {
	Address() *url.URL
	Fire(labels map[string]string)
	Silences(expired bool) []alertmanagertest.Silence
	Expire(id string)
	Kill()
	Stop()
	Restart()
}

// asker is a client of an Alertmanager that was started for the test, with a clock that may
// differ from its.
type asker struct {
	*alertmanager.Client

	server server
	ahead  time.Duration
	ids    []string
	now    string
}

// each runs a test with Alertmanager and with its double: so the double is as the real one.
func each(t *testing.T, fn func(t *testing.T, r *asker)) {
	t.Helper()

	for name, start := range map[string]func(t *testing.T) server{
		"alertmanager": func(t *testing.T) server {
			t.Helper()

			return alertmanagertest.Start(t, "", nil)
		},
		"double": func(t *testing.T) server {
			t.Helper()

			return alertmanagertest.NewDouble(t, time.Now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			r := &asker{server: start(t)}
			r.Client = alertmanager.New(alertmanager.Config{URL: r.server.Address(), Now: r.clock})
			fn(t, r)
		})
	}
}

func (r *asker) clock() time.Time { return time.Now().Add(r.ahead) }

func matchers(t *testing.T, text string) []alertmanager.Matcher {
	t.Helper()

	parsed, err := alertmanager.ParseMatchers(text)
	if err != nil {
		t.Fatal(err)
	}

	return parsed
}

// keep has a silence for so long from now on, and remembers what came of it.
func (r *asker) keep(t *testing.T, length time.Duration) alertmanager.Result {
	t.Helper()

	until := r.clock().Add(length)

	result, err := r.Keep(t.Context(), alertmanager.Order{
		Mark: mark, Comment: "patching", Matchers: matchers(t, `severity=~"warning|info", namespace=graph`),
		IDs: r.ids, Current: r.now, Least: until, Until: until,
	})
	if err != nil {
		t.Fatal(err)
	}

	if r.ids = result.IDs; result.Active != nil {
		r.now = result.Active.ID
	}

	return result
}

// end ends all of it, and wants amtool to see none.
func (r *asker) end(t *testing.T) alertmanager.Result {
	t.Helper()

	result, err := r.End(t.Context(), mark, r.ids)
	if err != nil {
		t.Fatal(err)
	}

	if left := r.server.Silences(false); len(left) > 0 {
		t.Errorf("amtool sees %+v, want none", left)
	}

	return result
}

// only is the one silence that amtool sees.
func (r *asker) only(t *testing.T) alertmanagertest.Silence {
	t.Helper()

	found := r.server.Silences(false)
	if len(found) != 1 || found[0].Status.State != "active" {
		t.Fatalf("amtool sees %+v, want one that is active", found)
	}

	return found[0]
}

func TestSilence(t *testing.T) {
	t.Parallel()

	each(t, func(t *testing.T, r *asker) {
		t.Helper()

		first := r.keep(t, time.Hour)
		if seen := r.only(t); seen.ID != first.Active.ID || !strings.Contains(seen.Comment, "patching") {
			t.Errorf("amtool sees %+v, want %s, which is about patching", seen, first.Active.ID)
		}

		if again := r.keep(t, 59*time.Minute); again.Active.ID != first.Active.ID || len(again.IDs) != 1 {
			t.Errorf("asked again it is %+v, want the same silence and no other", again)
		}

		longer := r.keep(t, 3*time.Hour)
		if seen := r.only(t); seen.ID != first.Active.ID || longer.Active.ID != seen.ID || time.Until(seen.EndsAt) < 2*time.Hour+59*time.Minute {
			t.Errorf("extended it is %+v, want it under the same id for three hours", seen)
		}

		if ended := r.end(t); ended.Ended != 1 {
			t.Errorf("%d were ended, want 1", ended.Ended)
		}

		if ended := r.end(t); ended.Ended != 0 {
			t.Errorf("%d were ended that had ended already", ended.Ended)
		}
	})
}

// TestForgets: what Alertmanager was told since its last snapshot is gone when it is
// killed, and what was ended since then is back.
func TestForgets(t *testing.T) {
	t.Parallel()

	each(t, func(t *testing.T, r *asker) {
		t.Helper()

		first := r.keep(t, time.Hour)

		r.server.Kill()
		r.server.Restart()

		if left := r.server.Silences(false); len(left) > 0 {
			t.Fatalf("after it was killed there is %+v, want none", left)
		}

		if second := r.keep(t, time.Hour); second.Active.ID == first.Active.ID || r.only(t).ID != second.Active.ID {
			t.Errorf("it is %s, as before; want another", second.Active.ID)
		}

		r.server.Stop()
		r.server.Restart()
		r.end(t)
		r.server.Kill()
		r.server.Restart()
		r.only(t)

		if ended := r.end(t); ended.Ended != 1 {
			t.Errorf("%d came back and were ended, want 1", ended.Ended)
		}
	})
}

// TestLostAnswers: a silence of which nothing is known here is found by its mark, and one
// of two that are alike is ended.
func TestLostAnswers(t *testing.T) {
	t.Parallel()

	each(t, func(t *testing.T, r *asker) {
		t.Helper()

		first := r.keep(t, time.Hour)
		body := func(comment string) string {
			at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }

			return fmt.Sprintf(`{"matchers": [{"name": "namespace", "value": "graph", "isRegex": false, "isEqual": true},
				{"name": "severity", "value": "warning|info", "isRegex": true}], "startsAt": %q, "endsAt": %q,
				"createdBy": "opsconsole", "comment": %q}`, at(-time.Minute), at(2*time.Hour), comment)
		}

		for _, comment := range []string{"patching " + mark, "somebody else's"} {
			response, err := (&http.Client{Timeout: time.Minute}).Post(r.server.Address().JoinPath("api/v2/silences").String(), "application/json", strings.NewReader(body(comment)))
			if err != nil {
				t.Fatal(err)
			}

			response.Body.Close()
		}

		r.ids, r.now = nil, ""

		kept := r.keep(t, time.Hour)
		if kept.Active.ID == first.Active.ID || len(kept.IDs) != 2 || kept.Ended != 1 {
			t.Errorf("it is %+v, want the longer one of two", kept)
		}

		if _, err := r.End(t.Context(), mark, nil); err != nil {
			t.Fatal(err)
		}

		if seen := r.only(t); seen.Comment != "somebody else's" {
			t.Errorf("what is left is %+v, want the one of somebody else", seen)
		}
	})
}

// TestEndedByHand: an operator who wants to hear alerts again is let be.
func TestEndedByHand(t *testing.T) {
	t.Parallel()

	each(t, func(t *testing.T, r *asker) {
		t.Helper()

		r.server.Expire(r.keep(t, time.Hour).Active.ID)

		if kept := r.keep(t, time.Hour); kept.EndedAt.IsZero() || kept.Active != nil {
			t.Errorf("it is %+v, want it left as it was ended", kept)
		}

		r.end(t)
	})
}

// TestClocks: it silences at once and as long as it is to, whatever the clocks say.
func TestClocks(t *testing.T) {
	t.Parallel()

	for _, ahead := range []time.Duration{-2 * time.Hour, -10 * time.Minute, 10 * time.Minute, 2 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, r *asker) {
				t.Helper()

				r.ahead = ahead

				kept := r.keep(t, time.Minute)
				if left := time.Until(r.only(t).EndsAt).Seconds(); left < 55 || left > 65 || (kept.Skew+ahead).Abs() > 2*time.Second {
					t.Errorf("with a clock that is %s ahead it lasts %.0f s, and the other is %s ahead; want 60", ahead, left, kept.Skew)
				}

				if again := r.keep(t, time.Minute); again.Active.ID != kept.Active.ID {
					t.Errorf("asked again it is %s, want %s", again.Active.ID, kept.Active.ID)
				}

				r.end(t)
			})
		})
	}
}

// TestRefusals: what we refuse at the field, it refuses too; and a little more is refused
// here, which would silence most of what there is.
func TestRefusals(t *testing.T) {
	t.Parallel()

	each(t, func(t *testing.T, r *asker) {
		t.Helper()

		until := time.Now().Add(time.Hour)

		for _, bad := range []alertmanager.Matcher{
			{Name: "a"}, {Name: "a", Regex: true, Value: ".*"}, {Name: "a", Regex: true, Value: "("},
		} {
			_, err := r.Keep(t.Context(), alertmanager.Order{Mark: mark, Matchers: []alertmanager.Matcher{bad}, Least: until, Until: until})
			if err == nil || !strings.Contains(alertmanager.Message(err), "answered 400 Bad Request: ") {
				t.Errorf("%s: got %v, want what it says", bad, err)
			}

			if _, err := alertmanager.ParseMatchers(bad.String()); err == nil {
				t.Errorf("%s is not refused here", bad)
			}
		}

		text := `n="q\"uo\\te, }", l=~"(?s:a
	b)", x!~"y|"`
		odd := matchers(t, text)

		if _, err := r.Keep(t.Context(), alertmanager.Order{Mark: mark, Matchers: odd, Least: until, Until: until}); err != nil {
			t.Fatal(err)
		}

		if _, err := r.CountAlerts(t.Context(), odd); err != nil {
			t.Errorf("as a filter %s is refused: %v", odd, err)
		}

		look, err := r.Find(t.Context(), mark, nil)
		if err != nil || len(look.Silences) != 1 || !slices.Equal(alertmanager.Strings(look.Silences[0].Matchers), alertmanager.Strings(odd)) {
			t.Errorf("it has %+v, %v; want %s", look, err, odd)
		}
	})
}

func TestCount(t *testing.T) {
	t.Parallel()

	server := alertmanagertest.Start(t, "", nil)
	r := &asker{server: server, Client: alertmanager.New(alertmanager.Config{URL: server.URL, Now: time.Now})}

	for _, severity := range []string{"warning", "critical"} {
		server.Fire(map[string]string{"alertname": "Slow", "severity": severity, "namespace": "graph"})
	}

	for _, want := range []alertmanager.Alerts{{Matching: 2}, {Matching: 2, Silenced: 1}} {
		if got, err := r.CountAlerts(t.Context(), matchers(t, `namespace="graph",alertname!="Down"`)); err != nil || got != want {
			t.Errorf("it counts %+v, %v; want %+v", got, err, want)
		}

		r.keep(t, time.Hour)
	}
}
