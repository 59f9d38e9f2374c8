package changes_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

var olgaHere = audit.Actor{Username: "olga", Role: "ops"}

// change changes what is given by hand, for good.
func (w *world) change(t *testing.T, actor audit.Actor, values ops.Values, reason string) changes.Change {
	t.Helper()

	r := request(w.current(t).Revision, 0)
	r.Values, r.Reason = values, reason

	result, err := w.Apply(t.Context(), w.service, actor, r)
	if err != nil || result.Change.Outcome != changes.Applied {
		t.Fatalf("got %+v, %v, want it applied", result, err)
	}

	return result.Change
}

// TestAHeldLeaseBlamesTheChangeThatSetItsField: what came last to the section is another field's.
func TestAHeldLeaseBlamesTheChangeThatSetItsField(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1h")
		w.clock.Advance(time.Minute)
		guilty := w.change(t, olgaHere, ops.Values{"per_analyst": int64(8)}, "eight from now on")
		w.clock.Advance(time.Minute)
		last := w.change(t, dave, ops.Values{"cluster_total": int64(70)}, "a larger cluster")
		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		got := w.lease(t, l.ID)
		if want := fmt.Sprintf("Somebody else changed what it set: Per analyst (olga, change %d).", guilty.ID); got.State != lease.Held || !strings.HasPrefix(got.Note, want) {
			t.Errorf("it is %s: %q, want it held, and %q; change %d is of another field", got.State, got.Note, want, last.ID)
		}

		if by, _ := got.ErrorDetails["changes"].(map[string]any); fmt.Sprint(by["per_analyst"]) != strconv.FormatInt(guilty.ID, 10) {
			t.Errorf("the details are %v, want change %d of per_analyst", got.ErrorDetails, guilty.ID)
		}
	})
}

// TestOfEachFieldItIsKnownWhoSetIt, whoever did, and of none that nobody set.
func TestOfEachFieldItIsKnownWhoSetIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)

		set := func(perAnalyst, total int) changes.Change {
			w.clock.Advance(time.Minute)

			if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(perAnalyst, total)); err != nil {
				t.Fatal(err)
			}

			return *w.current(t).Last
		}

		if by, err := w.SetBy(t.Context(), w.current(t), []string{"per_analyst", "nothing"}); err != nil || len(by) != 0 {
			t.Errorf("of what nobody changed: got %v, %v; want nobody", by, err)
		}

		total := set(5, 70)
		set(9, 70)
		w.change(t, dave, ops.Values{"per_analyst": int64(6)}, "fewer for a while")

		back := set(9, 70) // the value is there again, set by another one

		by, err := w.SetBy(t.Context(), w.current(t), []string{"per_analyst", "cluster_total"})
		if err != nil || by["per_analyst"].ID != back.ID || by["cluster_total"].ID != total.ID {
			t.Errorf("got %v, %v; want changes %d and %d", by, err, back.ID, total.ID)
		}

		if got := by["per_analyst"].From(); !strings.HasSuffix(got, " outside this console") {
			t.Errorf("it is told as by %q, want it outside this console", got)
		}
	})
}

// TestWhoSetItLastIsKnownWhateverTheClockSaid has the clock be a year ahead for a while.
func TestWhoSetItLastIsKnownWhateverTheClockSaid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		const year = 365 * 24 * time.Hour

		w.current(t)
		w.clock.Advance(year)

		for i := range 60 {
			if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(1+i%2, 60)); err != nil {
				t.Fatal(err)
			}

			w.current(t)
		}

		w.clock.Advance(-year)
		last := w.change(t, dave, ops.Values{"per_analyst": int64(6)}, "six for a while")

		by, err := w.SetBy(t.Context(), w.current(t), []string{"per_analyst"})
		if err != nil || by["per_analyst"].ID != last.ID {
			t.Errorf("got %v, %v; want change %d", by, err, last.ID)
		}
	})
}

func TestNobodyIsWithoutAName(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		change    changes.Change
		who, from string
	}{
		{changes.Change{Actor: "dave", Source: changes.SourceConsole}, "dave", "dave"},
		{changes.Change{Actor: "carol", Source: changes.SourceExternal}, "carol", "carol outside this console"},
		{changes.Change{Source: changes.SourceExternal}, "somebody unknown", "somebody unknown outside this console"},
	} {
		if who, from := test.change.Who(), test.change.From(); who != test.who || from != test.from {
			t.Errorf("got %q and %q, want %q and %q", who, from, test.who, test.from)
		}
	}
}

// TestWhatAHeldLeaseBlocksIsToldToDecide, and not to wait for an end that does not come.
func TestWhatAHeldLeaseBlocksIsToldToDecide(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1h")
		w.set(t, 12)
		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		r := request(w.current(t).Revision, 11)
		r.Term, _ = w.ParseTerm("2h", "", "")
		_, err := w.Apply(t.Context(), w.service, dave, r)

		e := ops.AsError(err)
		if e.Code != ops.CodeConflict || !strings.Contains(e.Message, "needs a decision") || strings.Contains(e.Message, "until") {
			t.Errorf("got %v, want a conflict that says that it needs a decision", err)
		}

		if e.Details["state"] != "held" || e.Details["url"] != fmt.Sprintf("/leases/%d", l.ID) {
			t.Errorf("the details are %v, want the state held and the address of the lease", e.Details)
		}
	})
}

// TestWhatWasDoneAboutALeaseIsTold: who moved its end and who ended it, when and why.
func TestWhatWasDoneAboutALeaseIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1h")
		longer, _ := w.ParseTerm("3h", "", "")

		w.clock.Advance(time.Minute)

		if _, err := w.Extend(t.Context(), olgaHere, l.ID, longer, "the test goes on"); err != nil {
			t.Fatal(err)
		}

		w.clock.Advance(time.Minute)

		ended, err := w.End(t.Context(), w.service, dave, l.ID, "the test is over")
		if err != nil {
			t.Fatal(err)
		}

		acts, err := w.LeaseActs(t.Context(), ended)
		if err != nil || len(acts) != 2 {
			t.Fatalf("got %+v, %v; want two acts", acts, err)
		}

		for i, want := range []audit.Act{
			{Action: audit.LeaseExtend, Actor: "olga", Reason: "the test goes on", At: seed.Add(time.Minute)},
			{Action: audit.LeaseEnd, Actor: "dave", Reason: "the test is over", At: seed.Add(2 * time.Minute)},
		} {
			want.Message = acts[i].Message
			if !acts[i].At.Equal(want.At) {
				t.Errorf("act %d is of %s, want %s", i, acts[i].At, want.At)
			}

			want.At = acts[i].At
			if acts[i] != want {
				t.Errorf("act %d is %+v, want %+v", i, acts[i], want)
			}
		}
	})
}

// TestAChangeTellsOfItsLease, in the history too.
func TestAChangeTellsOfItsLease(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1h")
		w.change(t, dave, ops.Values{"cluster_total": int64(70)}, "a larger cluster")
		w.clock.Advance(2 * time.Hour)

		page, err := w.History(t.Context(), changes.Filter{})
		if err != nil || len(page.Items) != 2 || page.Items[0].Lease != nil {
			t.Fatalf("got %+v, %v; want two changes, the last of them for good", page.Items, err)
		}

		if got := page.Items[1].Lease; got == nil || got.ID != l.ID || got.State != lease.Overdue {
			t.Errorf("got %+v, want lease %d, overdue by now", got, l.ID)
		}
	})
}

// TestPeopleMayHaveAnyName, also that of what the console does by itself.
func TestPeopleMayHaveAnyName(t *testing.T) {
	t.Parallel()

	schedule := changes.Scheduled("dave").Username

	for _, test := range []struct {
		act  audit.Act
		want bool
	}{
		{audit.Act{Actor: "dave", RemoteAddr: "192.0.2.1"}, true},
		{audit.Act{Actor: schedule, RemoteAddr: "192.0.2.1"}, true},
		{audit.Act{Actor: schedule}, false},
	} {
		if got := changes.ByHand(test.act); got != test.want {
			t.Errorf("%+v is by hand: %t, want %t", test.act, got, test.want)
		}
	}
}
