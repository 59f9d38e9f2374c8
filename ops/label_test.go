package ops_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func TestWhatIsWrongIsSaidToPeople(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ field, message, want string }{
		{"body.job_name", "must be one of lifecycle, schema_cache", "Job name: must be one of lifecycle, schema_cache"},
		{"body.instance.default_ttl", "P7D is longer than the longest time to live, P1D", "Instance time to live: P7D is longer than the longest time to live, P1D"},
		{"body.settings.export.max_duration_seconds", "must be between 60 and 86400", "Longest export: must be between 60 and 86400"},
		{"body.settings.nope", "is not a section of the configuration", "Nope: is not a section of the configuration"},
		{"body.enabled", "must be true or false", "Enabled: must be true or false"},
		{"query.range", "must be one of 24h, 7d", "Range: must be one of 24h, 7d"},
		{"header.content-type", "must be application/json", "Content type: must be application/json"},
		{"body.reason", "Enter a reason: others will read it in the history.", "Enter a reason: others will read it in the history."},
		{"body.time_zone", `"Mars" is not a time zone`, `Time zone: "Mars" is not a time zone`},
		{"body.über_uns", "is required", "Über uns: is required"},
		{"body", "must be an object", "must be an object"},
		{"body.", "x", "x"},
		{"", "x", "x"},
	} {
		if got := (ops.FieldError{Field: c.field, Message: c.message}).Sentence(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.field, got, c.want)
		}
	}

	err := ops.Invalid([]ops.FieldError{{Field: "body.per_analyst", Message: "must be at most 100"}, {Field: "body.reason", Message: "Say why."}})
	if got, want := ops.FieldSentences(err), " Per analyst: must be at most 100. Say why."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	if got := ops.FieldSentences(ops.NotFound("point", 1)); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

// TestAFieldOfTheConfigurationIsCalledByItsLabelInALog; what was sent besides is called what it was.
func TestAFieldOfTheConfigurationIsCalledByItsLabelInALog(t *testing.T) {
	t.Parallel()

	err := ops.Invalid([]ops.FieldError{
		{Field: "body.settings.export.max_duration_seconds", Message: "must be between 60 and 86400"},
		{Field: "body.per_analyst", Message: "must be at most 100"},
		{Field: "query.dry_run", Message: "is not known"},
		{Field: "body.message", Message: "x"},
	})
	want := "; Longest export: must be between 60 and 86400; Per analyst: must be at most 100; query.dry_run: is not known; message: x"

	if got := ops.FieldText(err); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
