package ops_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/graph-olap/opsconsole/ops"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()

	const day = 24 * time.Hour

	for text, want := range map[string]time.Duration{
		"P7D": 7 * day, "PT24H": day, "P1DT12H": 36 * time.Hour, "PT90M": 90 * time.Minute, "PT0S": 0, "P0D": 0,
		"P1DT1H1M1S": day + time.Hour + time.Minute + time.Second, "PT007H": 7 * time.Hour, "P106751D": 106751 * day,
	} {
		if got, err := ops.ParseDuration(text); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", text, got, err, want)
		}
	}

	for _, text := range []string{
		"", "P", "PT", "P1DT", "7D", "T24H", "p7d", "P1Y", "P1M", "P1W", "P-1D", "-P1D", "+P1D", "P1.5D", "PT1H30", "PT1M1H", "PT1H1H",
		" P7D", "P7D ", "P7D\n", "P٣D", "P106752D", "P999999999DT999999999H", "P1000000000D", "PT9999999999S",
	} {
		if got, err := ops.ParseDuration(text); err == nil {
			t.Errorf("%q passes for %s", text, got)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	t.Parallel()

	for d, want := range map[time.Duration]string{
		0: "PT0S", 999 * time.Millisecond: "PT0S", time.Second: "PT1S", 90 * time.Minute: "PT1H30M", 24 * time.Hour: "P1D",
		36 * time.Hour: "P1DT12H", 24*time.Hour + time.Millisecond: "P1D",
	} {
		if got := ops.FormatDuration(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}

func TestDurationRoundTrip(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		want := time.Duration(rapid.Int64Range(0, 9_223_372_036).Draw(t, "seconds")) * time.Second

		text := ops.FormatDuration(want)
		if got, err := ops.ParseDuration(text); err != nil || got != want {
			t.Fatalf("%s became %s, which is %s, %v", want, text, got, err)
		}
	})
}

func TestAWrongDurationIsNotRepeatedAtLength(t *testing.T) {
	t.Parallel()

	if _, err := ops.ParseDuration(strings.Repeat("x", 1<<16)); err == nil || len(err.Error()) > 200 {
		t.Errorf("got %.300v, want an error of 200 bytes at most", err)
	}
}
