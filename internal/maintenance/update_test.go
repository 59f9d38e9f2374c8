package maintenance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestUpdatesAreToldWhileAWindowRuns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())

		post := func(text string, severity maintenance.Severity) (maintenance.Update, ops.Code) {
			update, err := w.PostUpdate(t.Context(), dave, window.ID, text, severity)
			if err == nil {
				return update, ""
			}

			return update, ops.AsError(err).Code
		}

		if _, code := post("too early", ""); code != ops.CodeConflict {
			t.Errorf("before it began: got %q, want %s", code, ops.CodeConflict)
		}

		w.at(t, time.Hour)

		before := w.get(t, window.ID)

		first, code := post("The database is back,\r\nrunning checks.", "")
		if code != "" || first.Severity != maintenance.SeverityInfo || first.Text != "The database is back,\nrunning checks." ||
			first.Actor != "dave" || !first.At.Equal(w.clock.Now()) || first.Window != window.ID {
			t.Errorf("got %+v, %s; want it told by dave now, as information", first, code)
		}

		w.at(t, 2*time.Hour)

		second, _ := post(strings.Repeat("é", maintenance.UpdateMax), maintenance.SeverityCritical)

		if after := w.get(t, window.ID); after.Revision != before.Revision || after.Sequence != before.Sequence+2 {
			t.Errorf("it is at revision %d, sequence %d; want %d as before, and %d", after.Revision, after.Sequence, before.Revision, before.Sequence+2)
		}

		for text, severity := range map[string]maintenance.Severity{
			"": "", strings.Repeat("é", maintenance.UpdateMax+1): "", "bell\a": "", "fine": "fatal",
		} {
			if _, code := post(text, severity); code != ops.CodeValidationFailed {
				t.Errorf("%.10q %q: got %q, want %s", text, severity, code, ops.CodeValidationFailed)
			}
		}

		w.at(t, 3*time.Hour)
		w.at(t, 3*time.Hour+time.Second)

		if got, want := w.told(), []string{"announced 0", "started 0", "updated 0", "updated 0", "ended 0"}; !slices.Equal(got, want) {
			t.Errorf("subscribers heard %q, want %q", got, want)
		}

		report := w.get(t, window.ID).Report
		if report == nil || len(report.Updates) != 2 || report.Updates[0].ID != first.ID || report.Updates[1].Text != second.Text {
			t.Errorf("the report has %+v, want both updates, oldest first", report)
		}

		if _, code := post("too late", ""); code != ops.CodeConflict {
			t.Errorf("after it was over: got %q, want %s", code, ops.CodeConflict)
		}

		w.checkAudit(t, first)
		w.verifyAudit(t)
	})
}

// checkAudit wants an entry for each update, refused ones too.
func (w *world) checkAudit(t *testing.T, first maintenance.Update) {
	t.Helper()

	page, err := w.log.List(t.Context(), audit.Filter{Action: audit.WindowUpdate})
	if err != nil || len(page.Items) != 8 {
		t.Fatalf("the log has %+v, %v; want 8 entries", page.Items, err)
	}

	for _, entry := range page.Items {
		if entry.Outcome != audit.Done {
			continue
		}

		update, err := maintenance.UpdateOf(entry)
		if err != nil || update.Window != first.Window || update.ID < first.ID {
			t.Errorf("an entry tells of %+v, %v; want an update of window %d", update, err, first.Window)
		}
	}
}
