package triggers_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
)

var dave = audit.Actor{Username: "dave", Role: "ops"}

// leaving is a control plane whose caller goes away while it works.
type leaving struct {
	ops.Service

	leave context.CancelFunc
}

func (l leaving) TriggerJob(ctx context.Context, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	l.leave()

	if err := ctx.Err(); err != nil {
		return ops.JobTriggered{}, err
	}

	return ops.JobTriggered{JobName: trigger.JobName, TriggeredBy: "dave", Reason: trigger.Reason, Status: "queued"}, nil
}

func TestARunOutlivesWhoAskedForIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := audit.New(db, time.Now)
		ctx, leave := context.WithCancel(t.Context())
		ended := 3.0

		run, err := triggers.New(log).Trigger(ctx, leaving{leave: leave}, dave,
			ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the outage"}, &triggers.Counters{Success: &ended})
		if err != nil {
			t.Fatal(err)
		}

		again, err := triggers.New(log).Run(t.Context(), ops.JobLifecycle, run.Entry)
		if err != nil || again.TriggeredBy != "dave" || again.Reason != "after the outage" ||
			again.Before == nil || again.Before.Success == nil || *again.Before.Success != 3 || again.Before.Failed != nil {
			t.Errorf("got %+v, %v; want it by dave, after the outage, with 3 successes before and no count of failures", again, err)
		}

		for job, entry := range map[ops.JobName]int64{ops.JobSchemaCache: run.Entry, ops.JobLifecycle: run.Entry - 1} {
			if _, err := triggers.New(log).Run(t.Context(), job, entry); ops.AsError(err).Code != ops.CodeNotFound {
				t.Errorf("%s, entry %d: got %v, want %s", job, entry, err, ops.CodeNotFound)
			}
		}
	})
}

// TestATriggerIsDatedByTheClockThatReplicasShare, by which its run is looked for.
func TestATriggerIsDatedByTheClockThatReplicasShare(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		shared := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

		db.AgreeOn(func() time.Time { return shared })

		log := audit.New(db, func() time.Time { return shared.Add(2 * time.Hour) })

		run, err := triggers.New(log).Trigger(t.Context(), leaving{leave: func() {}}, dave,
			ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the outage"}, nil)
		if err != nil || !run.Begun.Equal(shared) || !run.Accepted.Equal(shared) {
			t.Errorf("got %s to %s, %v, want %s", run.Begun, run.Accepted, err, shared)
		}

		again, err := triggers.New(log).Run(t.Context(), ops.JobLifecycle, run.Entry)
		if err != nil || !again.Accepted.Equal(shared) || !again.TriggeredAt.Equal(shared) {
			t.Errorf("read again: got %s, %s, %v, want %s", again.Accepted, again.TriggeredAt, err, shared)
		}
	})
}

// TestATriggerIsWrittenWithoutTheClockThatReplicasShare, as what was done is not to be forgotten for want of a time.
func TestATriggerIsWrittenWithoutTheClockThatReplicasShare(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))
	log := audit.New(db, time.Now)

	run, err := triggers.New(log).Trigger(t.Context(), leaving{leave: func() { _ = db.Read().Close() }}, dave,
		ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the outage"}, nil)
	if err != nil || run.Entry == 0 || time.Since(run.Accepted).Abs() > time.Minute {
		t.Errorf("got %+v, %v, want how it ended to be written", run, err)
	}
}

func TestARefusedReasonIsCutAtACharacter(t *testing.T) {
	t.Parallel()

	log := audit.New(storetest.Open(t, storetest.SQLiteURL(t)), time.Now)

	runs := triggers.New(log)
	runs.OnChange = func() { t.Error("pages are drawn anew, though they tell of no refusal") }

	_, err := runs.Trigger(t.Context(), nil, dave,
		ops.JobTrigger{JobName: ops.JobLifecycle, Reason: strings.Repeat("ü€", ops.ReasonMax)}, nil)
	if len(ops.FieldErrors(err)) != 1 {
		t.Fatalf("got %v, want one field error", err)
	}

	entry, ok, err := log.Last(t.Context(), audit.JobTrigger, "jobs/lifecycle", audit.Refused)
	if err != nil || !ok || strings.ContainsRune(entry.Reason, utf8.RuneError) || utf8.RuneCountInString(entry.Reason) != 201 {
		t.Errorf("got %q, %v; want 201 whole characters", entry.Reason, err)
	}
}

// mute is a control plane whose answer is lost.
type mute struct{ ops.Service }

func (mute) TriggerJob(context.Context, ops.JobTrigger) (ops.JobTriggered, error) {
	return ops.JobTriggered{}, ops.Unavailable(ops.ServiceControlPlane, "no answer").Because(ops.ErrOutcomeUnknown)
}

func TestARunThatWasNotAnsweredIsCalledUnknown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := audit.New(db, time.Now)
		runs := triggers.New(log)

		_, first := runs.Trigger(t.Context(), mute{}, dave, ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the outage"}, nil)
		_, again := runs.Again(t.Context(), ops.JobLifecycle, 1)

		for _, err := range []error{first, again} {
			if e := ops.AsError(err); e == nil || e.Code != ops.CodeServiceUnavailable || !errors.Is(err, ops.ErrOutcomeUnknown) ||
				!strings.Contains(e.Message, "is not known") {
				t.Errorf("got %v, want %s that says that it is not known", err, ops.CodeServiceUnavailable)
			}
		}
	})
}

// refusing is a control plane that knows no such job.
type refusing struct{ ops.Service }

func (refusing) TriggerJob(_ context.Context, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	return ops.JobTriggered{}, ops.NotFound("job", trigger.JobName)
}

func TestARefusedRunIsToldAgainAsItWas(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		runs := triggers.New(audit.New(db, time.Now))

		_, first := runs.Trigger(t.Context(), refusing{}, dave, ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the outage"}, nil)
		_, again := runs.Again(t.Context(), ops.JobLifecycle, 1)

		if was, e := ops.AsError(first), ops.AsError(again); e == nil || e.Code != ops.CodeNotFound || e.Message != was.Message {
			t.Errorf("got %v, want what it was, %v", again, first)
		}
	})
}
