package lease

import (
	"strings"
	"testing"
)

func TestTheSQLOfOpenLeasesIsThatOfTheirState(t *testing.T) {
	t.Parallel()

	for _, s := range States() {
		if s == Overdue { // active, past its end
			continue
		}

		if inSQL := strings.Contains(open(), "'"+string(s)+"'"); inSQL != s.Open() {
			t.Errorf("%s: open is %t, in SQL %t", s, s.Open(), inSQL)
		}
	}

	// An index is of just these words.
	if want := `state IN ('pending', 'active', 'held')`; open() != want {
		t.Errorf("got %s, want %s", open(), want)
	}
}

func TestWhatIsSettledCanBeEnded(t *testing.T) {
	t.Parallel()

	change := int64(7)

	for _, test := range []struct {
		lease Lease
		want  bool
		word  string
	}{
		{Lease{State: Active}, true, ""},
		{Lease{State: Overdue}, true, ""},
		{Lease{State: Held}, true, ""},
		{Lease{State: Pending}, false, "not known to have started yet"},
		{Lease{State: Active, EndChange: &change}, false, "being ended right now"},
		{Lease{State: Ended, EndChange: &change}, false, "over: it was ended"},
		{Lease{State: Confirmed}, false, "over: it was confirmed"},
		{Lease{State: Void}, false, "over: it was void"},
	} {
		if got := test.lease.Settled(); got != test.want {
			t.Errorf("%+v is settled: %t, want %t", test.lease, got, test.want)
		}

		if err := test.lease.NotSettled().Error(); !strings.Contains(err, test.word) {
			t.Errorf("got %q, want it to say %q", err, test.word)
		}
	}
}
