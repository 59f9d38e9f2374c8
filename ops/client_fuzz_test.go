package ops_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/ops"
)

// FuzzClientAnswer gives a write and a list every answer that a control plane, or
// what stands in its place, could give.
func FuzzClientAnswer(f *testing.F) {
	for _, seed := range []struct {
		status int
		kind   string
		body   string
	}{
		{200, isJSON, `{"data": {"enabled": true, "message": "", "updated_at": "2026-03-01T12:00:00", "updated_by": null}}`},
		{200, isJSON, `{"data": [{"id": 1, "status": "running"}], "meta": {"total": 1, "limit": 50, "offset": 0}}`},
		{401, isJSON, `{"detail": {"code": "MISSING_ROLE", "message": "No role"}}`},
		{422, isJSON, `{"error": {"code": "VALIDATION_FAILED", "details": {"errors": [{"field": "body.x", "message": 1}]}}}`},
		{422, isJSON, `{"detail": [{"loc": ["body", 0, null], "msg": "", "type": "x"}]}`},
		{429, isJSON, `{"error": {"code": "RATE_LIMIT_EXCEEDED", "details": {"retry_after_seconds": 1e400}}}`},
		{503, isJSON, `{"detail": "no healthy upstream"}`},
		{502, "text/html", "<h1>Bad gateway</h1>"},
		{302, "", ""},
	} {
		f.Add(seed.status, seed.kind, []byte(seed.body))
	}

	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if status < 200 || status > 599 {
			t.Skip("no final HTTP status")
		}

		client, err := ops.NewClient(ops.ClientConfig{
			BaseURL: "http://control-plane", Credentials: ops.APIKey("k3y"),
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Request: r,
					Body: io.NopCloser(bytes.NewReader(body)),
				}, nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}

		_, err = client.As(dave).SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: true})
		checkWrite(t, status, body, err)

		if page, err := client.InstancesAs(dave).ListInstances(t.Context(), ops.InstancesQuery{}); err == nil && page.Instances == nil {
			t.Error("a page without a list passes for an answer")
		} else if errors.Is(err, ops.ErrOutcomeUnknown) {
			t.Errorf("a read has an outcome: %v", err)
		}
	})
}

// checkWrite checks what holds of a write whatever the answer was.
func checkWrite(t *testing.T, status int, body []byte, err error) {
	t.Helper()

	if err == nil {
		var answer struct {
			Data struct {
				Enabled *bool `json:"enabled"`
			} `json:"data"`
		}

		if status > 299 || json.Unmarshal(body, &answer) != nil || answer.Data.Enabled == nil {
			t.Errorf("HTTP %d %q passes for a success", status, body)
		}

		return
	}

	e := ops.AsError(err)
	if got := outcomeOf(err); got != unknown && (got != notDone || status < 400 || (status > 499 && status != 503)) {
		t.Errorf("HTTP %d: the write is %s: %v, want it unknown, or not done at 4xx and 503", status, got, err)
	}

	if strings.TrimSpace(e.Message) == "" || !utf8.ValidString(e.Message) || strings.ContainsFunc(e.Message, unprintable) {
		t.Errorf("the message %q is not fit to show", e.Message)
	}

	for _, field := range ops.FieldErrors(err) {
		if strings.ContainsFunc(field.Message, unprintable) {
			t.Errorf("the message %q is not fit to show", field.Message)
		}
	}
}

func unprintable(r rune) bool { return unicode.IsControl(r) && r != '\n' }
