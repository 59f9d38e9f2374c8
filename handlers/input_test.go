package handlers_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// whatIsWrong lists the fields that a VALIDATION_FAILED names, and its text.
func whatIsWrong(t *testing.T, got answer) string {
	t.Helper()

	if got.status != http.StatusUnprocessableEntity {
		t.Errorf("got %d\n%.300s", got.status, got.body)

		return ""
	}

	var fields []string

	errs, _ := at(got.json(t), "error", "details", "errors").([]any)
	for _, e := range errs {
		fields = append(fields, fmt.Sprint(at(e, "field")))
	}

	return strings.Join(fields, " ")
}

func TestWhatNoFieldTakesIsRefusedAndNamed(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	revision := w.revision()
	lifecycle, _ := w.data("/config/lifecycle")["revision"].(string)

	for sent, field := range map[string]string{
		`"per_analyst": 6, "name": "x"`:                       "body.name",
		`"per_analyst": 6, "name": ""`:                        "body.name",
		`"per_analyst": {}, "cluster_total": 51`:              "body.per_analyst",
		`"per_analyst": 6, "junk": {}`:                        "body.junk",
		`"per_analyst": 6, "junk": {"deep": {}}`:              "body.junk",
		`"per_analyst": 6, "per_analyst": 7`:                  "body.per_analyst",
		`"per_analyst": 6, "reason": "again and again"`:       "body.reason",
		`"per_analyst": 6, "junk": [{"a": 1}, {"b":1,"b":2}]`: "body.junk.b",
	} {
		body := fmt.Sprintf(`{%s, "reason": "load test tonight", "revision": %q}`, sent, revision)
		if fields := whatIsWrong(t, w.post("/config/concurrency", body)); fields != field {
			t.Errorf("%s: %q is wrong, want %s", sent, fields, field)
		}
	}

	body := fmt.Sprintf(`{"instance.default_ttl": "PT20H", "instance": {"default_ttl": "PT21H"}, "reason": "said twice", "revision": %q}`, lifecycle)
	if fields := whatIsWrong(t, w.post("/config/lifecycle", body)); fields != "body.instance.default_ttl" {
		t.Errorf("%q is wrong", fields)
	}

	if perAnalyst, total := w.limits(); perAnalyst != 5 || total != 50 {
		t.Errorf("changed to %v and %v", perAnalyst, total)
	}
}

func TestALongNameIsNotSentBack(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	const most = 4096

	for _, value := range []string{`1`, `{}`, `[1]`} {
		body := fmt.Sprintf(`{%q: %s, "reason": "load test tonight"}`, strings.Repeat("x", 10*most), value)

		for _, path := range []string{"/config/concurrency", "/jobs/lifecycle/trigger"} {
			if got := w.post(path, body); got.status != http.StatusUnprocessableEntity || len(got.body) > most {
				t.Errorf("%s: got %d and %d bytes", path, got.status, len(got.body))
			}
		}
	}
}

func TestAQueryThatIsNotTextIsRefused(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for _, path := range []string{
		"/history?actor=%ff", "/history?field=%00", "/audit?actor=%ff", "/audit?object=%00",
		"/audit.csv?actor=%ff", "/audit.jsonl?object=%00",
	} {
		if fields := whatIsWrong(t, w.get(path, "Accept", "application/json")); !strings.HasPrefix(fields, "query.") {
			t.Errorf("%s: %q is wrong", path, fields)
		}
	}
}

func TestAnExportHasItsHeadOrIsNone(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	rows, err := csv.NewReader(strings.NewReader(w.get("/audit.csv?actor=nobody").body)).ReadAll()
	if err != nil || len(rows) != 1 || rows[0][0] != "seq" {
		t.Errorf("got %v, %v", rows, err)
	}

	insert := func(seq int, at string) {
		_, err := w.db.Write().ExecContext(t.Context(), `
			INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome,
				reason, intent, change_id, before_json, after_json, message, prev_hash, hash)
			VALUES ($1, $2, 'dave', 'ops', '', '', 'job.trigger', '', 'done', '', 0, 0, '', '', '', '', '')`, seq, at)
		if err != nil {
			t.Fatal(err)
		}
	}
	insert(-1, "0, which is no time at all")

	if got := w.get("/audit.csv?action=job.trigger"); got.status != http.StatusInternalServerError {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	// More than a page lies before what cannot be read.
	for seq := range 1001 {
		insert(seq+100, "2026-03-01T12:00:00.000000Z")
	}

	for _, path := range []string{"/audit.csv?action=job.trigger", "/audit.jsonl?action=job.trigger"} {
		if err := w.brokenOff(path); err == nil {
			t.Errorf("%s ends as if it were whole", path)
		}
	}
}
