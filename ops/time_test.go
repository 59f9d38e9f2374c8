package ops_test

import (
	"encoding/json"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func TestParseTime(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"2026-03-01T12:00:00Z":             `"2026-03-01T12:00:00Z"`,
		"2026-03-01T12:00:00":              `"2026-03-01T12:00:00Z"`,
		"2026-03-01T12:00:00.123456":       `"2026-03-01T12:00:00.123456Z"`,
		"2026-03-01T12:00:00.123456+00:00": `"2026-03-01T12:00:00.123456Z"`,
		"2026-03-01T14:00:00+02:00":        `"2026-03-01T12:00:00Z"`,
		"2026-03-01 12:00:00":              `"2026-03-01T12:00:00Z"`,
		"2026-03-01 12:00:00.5+00:00":      `"2026-03-01T12:00:00.500000Z"`,
		"2026-03-01T12:00:00.123456789Z":   `"2026-03-01T12:00:00.123456Z"`,
		"2026-03-01T12:00:00.000000999Z":   `"2026-03-01T12:00:00Z"`,
	} {
		got, err := ops.ParseTime(text)
		if err != nil {
			t.Error(err)

			continue
		}

		if written, err := json.Marshal(got); err != nil || string(written) != want {
			t.Errorf("%s is written %s, %v; want %s", text, written, err, want)
		}
	}

	for _, text := range []string{
		"", "now", "2026-03-01", "2026-02-30T12:00:00Z", "1767225600", "2026-03-01T12:00:00 UTC",
		"9999-12-31T23:30:00-01:00", "0000-01-01T00:30:00+01:00",
	} {
		if got, err := ops.ParseTime(text); err == nil {
			t.Errorf("%q passes for %s", text, got)
		}
	}
}

func TestTimeReadsJSON(t *testing.T) {
	t.Parallel()

	var moments []ops.Time
	if err := json.Unmarshal([]byte(`["2026-03-01T12:00:00", null]`), &moments); err != nil {
		t.Fatal(err)
	}

	if moments[0] != moment(t, "2026-03-01T12:00:00Z") || !moments[1].IsZero() {
		t.Errorf("got %v, want 2026-03-01T12:00:00Z and the zero time", moments)
	}

	for _, data := range []string{`1767225600`, `"soon"`, `{}`} {
		if err := json.Unmarshal([]byte(data), new(ops.Time)); err == nil {
			t.Errorf("%s passes for a time", data)
		}
	}
}
