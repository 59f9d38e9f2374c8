package announce_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

var source = announce.Source{Name: "demo, the; small\\one", Page: page}

// events parses the calendar with a library that did not write it, after a look at
// its lines.
func events(t *testing.T, data []byte) (calendar *ical.Calendar, byUID map[string]*ical.Component) {
	t.Helper()

	checkLines(t, data)

	calendar, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
	if err != nil {
		t.Fatalf("not a calendar: %v\n%s", err, data)
	}

	// Its encoder insists on what RFC 5545 requires, and on what may stand there once.
	if err := ical.NewEncoder(&bytes.Buffer{}).Encode(calendar); err != nil {
		t.Errorf("not a valid calendar: %v", err)
	}

	byUID = map[string]*ical.Component{}

	for _, e := range calendar.Children {
		if e.Name != ical.CompEvent {
			t.Errorf("there is a %s, want events alone", e.Name)
		}

		byUID[value(t, e, ical.PropUID)] = e
	}

	return calendar, byUID
}

// checkLines checks RFC 5545, 3.1: CRLF at the end of every line, at most 75 octets
// before it, no control characters, and nothing cut within a character.
func checkLines(t *testing.T, data []byte) {
	t.Helper()

	if !bytes.HasSuffix(data, []byte("\r\n")) {
		t.Error("the last line does not end with CRLF")
	}

	for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\r\n"), "\r\n") {
		if len(line) > 75 {
			t.Errorf("%d octets, want at most 75: %q", len(line), line)
		}

		if !utf8.ValidString(line) {
			t.Errorf("cut within a character: %q", line)
		}

		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			t.Errorf("control characters: %q", line)
		}
	}
}

func value(t *testing.T, e *ical.Component, name string) string {
	t.Helper()

	text, err := e.Props.Text(name)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}

	return text
}

func moment(t *testing.T, e *ical.Component, name string) time.Time {
	t.Helper()

	at, err := e.Props.DateTime(name, time.Local) //nolint:gosmopolitan // a time without a zone would show
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}

	return at
}

func TestCalendar(t *testing.T) {
	t.Parallel()

	calendar, byUID := events(t, announce.View(windows(), nil, ops.Healthy, noon, page).Calendar(source))

	if len(byUID) != len(windows()) {
		t.Errorf("there are %d events, want %d", len(byUID), len(windows()))
	}

	for name, want := range map[string]string{
		ical.PropVersion: "2.0", ical.PropProductID: "-//graph-olap//opsconsole//EN",
		ical.PropName: "Maintenance: demo, the; small\\one", "X-WR-CALNAME": "Maintenance: demo, the; small\\one",
		"X-PUBLISHED-TTL": "PT15M",
	} {
		if got := value(t, calendar.Component, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}

	for name, props := range calendar.Props {
		for _, p := range props {
			for param, values := range p.Params {
				if len(values) != 1 {
					t.Errorf("%s of %s is %q, want one value", param, name, values)
				}
			}
		}
	}

	every, err := calendar.Props.Get(ical.PropRefreshInterval).Duration()
	if err != nil || every != 15*time.Minute {
		t.Errorf("calendars look again after %s, %v; want %s", every, err, 15*time.Minute)
	}

	cancelled, overrunning := []string{"off", "missed"}, []string{"long", "stuck"}

	for _, w := range windows() {
		e := byUID[w.UID]

		wantStatus := "CONFIRMED"
		if slices.Contains(cancelled, w.UID) {
			wantStatus = "CANCELLED"
		}

		if got := value(t, e, ical.PropStatus); got != wantStatus {
			t.Errorf("%s is %s, want %s", w.UID, got, wantStatus)
		}

		endsAt, updatedAt := w.EndsAt, w.UpdatedAt
		if slices.Contains(overrunning, w.UID) { // the end moves on, until after calendars look again
			endsAt, updatedAt = noon.Add(30*time.Minute), noon
		}

		for name, want := range map[string]time.Time{
			ical.PropDateTimeStart: w.StartsAt, ical.PropDateTimeEnd: endsAt,
			ical.PropDateTimeStamp: updatedAt, ical.PropLastModified: updatedAt,
		} {
			if got := moment(t, e, name); !got.Equal(want) {
				t.Errorf("%s of %s is %s, want %s", name, w.UID, got, want)
			}
		}

		if got := e.Props.Get(ical.PropSequence).Value; got != "2" {
			t.Errorf("the sequence of %s is %s, want 2", w.UID, got)
		}
	}
}

// TestCalendarOfChange shows that a calendar that saw the event before knows what to do.
func TestCalendarOfChange(t *testing.T) {
	t.Parallel()

	w := window("01J@ops", maintenance.Announced, noon.Add(time.Hour))
	_, before := events(t, announce.View([]maintenance.Window{w}, nil, ops.Healthy, noon, page).Calendar(source))

	w.Phase, w.Sequence, w.UpdatedAt = maintenance.Cancelled, w.Sequence+1, noon
	_, after := events(t, announce.View([]maintenance.Window{w}, nil, ops.Healthy, noon, page).Calendar(source))

	old, cancelled := before["01J@ops"], after["01J@ops"]
	if old == nil || cancelled == nil {
		t.Fatalf("the event did not keep its UID: %v, %v", before, after)
	}

	if a, b := old.Props.Get(ical.PropSequence).Value, cancelled.Props.Get(ical.PropSequence).Value; a != "2" || b != "3" {
		t.Errorf("the sequence went from %s to %s, want from 2 to 3", a, b)
	}

	if got := value(t, cancelled, ical.PropStatus); got != "CANCELLED" {
		t.Errorf("it is %s, want CANCELLED", got)
	}

	if !moment(t, cancelled, ical.PropDateTimeStamp).After(moment(t, old, ical.PropDateTimeStamp)) {
		t.Error("the later event has no later stamp")
	}
}

func TestCalendarText(t *testing.T) {
	t.Parallel()

	for _, title := range []string{
		`Storage; "new", and\old`, "two\nlines", "END:VEVENT\r\nBEGIN:VALARM", strings.Repeat("обслуживание", 15),
		strings.Repeat("🛠", 40), "bell\a and null\x00", strings.Repeat("x", 200), "x\xff\xfey", "\r", " leading, trailing ",
	} {
		w := window("x", maintenance.Announced, noon)
		w.Title, w.Message = title, title+"\n\n"+title

		_, byUID := events(t, announce.View([]maintenance.Window{w}, nil, ops.Healthy, noon, page).Calendar(source))

		want := strings.NewReplacer("\r\n", "\n", "\r", "", "\a", "", "\x00", "").Replace(strings.ToValidUTF8(title, "\uFFFD"))
		if got := value(t, byUID["x"], ical.PropSummary); got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
}

// TestCalendarOfNoTime: an event must not end when it begins.
func TestCalendarOfNoTime(t *testing.T) {
	t.Parallel()

	w := window("x", maintenance.Completed, noon)
	w.EndsAt = noon.Add(300 * time.Millisecond)

	_, byUID := events(t, announce.View([]maintenance.Window{w}, nil, ops.Healthy, noon, page).Calendar(source))
	if end := byUID["x"].Props.Get(ical.PropDateTimeEnd); end != nil {
		t.Errorf("it ends at %s, want no end", end.Value)
	}
}

func FuzzCalendar(f *testing.F) {
	f.Add("Storage", "Save *your* work.\n\n- now", "01J@ops")
	f.Add("a;b,c\\n\"", "\r\nEND:VCALENDAR\r\n", "x\ny")
	f.Add("Τίτλος\xff", strings.Repeat("é ", 60), "\x00")

	f.Fuzz(func(t *testing.T, title, message, uid string) {
		w := window(uid, maintenance.Active, noon)
		w.Title, w.Message = title, message

		data := announce.View([]maintenance.Window{w}, nil, ops.Healthy, noon, page).Calendar(source)
		checkLines(t, data)

		calendar, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
		if err != nil {
			t.Fatal(err)
		}

		if n := len(calendar.Events()); n != 1 {
			t.Error(fmt.Sprint(n, " events, want 1"))
		}
	})
}
