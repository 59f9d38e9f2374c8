package approvals_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

var migrated = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error { return db.Migrate(ctx) })

var (
	dave = approvals.Person{Username: "dave", Issuer: "https://idp.example.com", Subject: "1"}
	olga = approvals.Person{Username: "olga", Issuer: "https://idp.example.com", Subject: "2"}
)

const reason = "as it has to be"

// world is a database with the approvals of a replica, and what they stand on.
type world struct {
	*approvals.Approvals

	t     *testing.T
	log   *audit.Log
	clock *worldtest.Clock
	// stand is how everything stands.
	stand atomic.Pointer[string]
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()

	w := &world{t: t, clock: worldtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	w.moveOn("1")
	db.AgreeOn(w.clock.Now)
	w.log = audit.New(db, w.clock.Now)
	w.Approvals = approvals.New(approvals.Config{
		DB: db, Audit: w.log, Now: w.clock.Now, Logger: slog.New(slog.DiscardHandler), Actions: []string{"config.save"},
		Webhooks: webhooks.New(webhooks.Config{DB: db, Audit: w.log, Now: w.clock.Now, Logger: slog.New(slog.DiscardHandler)}),
		Stand:    func(context.Context, string) (string, error) { return *w.stand.Load(), nil },
	})

	return w
}

// each runs a test on both databases.
func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	migrated.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		fn(newWorld(t, db))
	})
}

// moveOn changes what was reviewed.
func (w *world) moveOn(stand string) { w.stand.Store(&stand) }

func actor(p approvals.Person) audit.Actor { return audit.Actor{Username: p.Username, Role: "ops"} }

func save() audit.Entry {
	return audit.Entry{
		Action: audit.ConfigSave, Object: "config/concurrency", Outcome: audit.Intent, Reason: reason,
		Before: []byte(`{"per_analyst":5}`), After: []byte(`{"per_analyst":6}`),
	}
}

// ask has dave ask for a change.
func (w *world) ask() approvals.Approval {
	w.t.Helper()

	by := actor(dave)
	by.Gate = w.Gate(func(audit.Entry) error { return nil })

	_, err := w.log.Record(w.t.Context(), by, save())

	held, ok := errors.AsType[*approvals.HeldError](err)
	if !ok {
		w.t.Fatalf("got %v, want it held", err)
	}

	asked, err := w.Ask(w.t.Context(), dave, actor(dave), held, *w.stand.Load(), approvals.Request{Method: "POST", Path: "/config/concurrency", Body: w.clock.Now().String()})
	if err != nil {
		w.t.Fatal(err)
	}

	return asked
}

// decide has somebody approve something, or do it without, and the act begin.
func (w *world) decide(about approvals.Approval, to approvals.State, by approvals.Person) error {
	d := approvals.Decision{ID: about.ID, To: to, By: by, Actor: actor(by), Reason: reason}

	checked, err := w.Check(w.t.Context(), d)
	if err != nil {
		return err
	}

	as := actor(dave)
	as.Gate = w.Carry(d, checked)

	_, err = w.log.Record(w.t.Context(), as, save())

	return err
}

func (w *world) want(about approvals.Approval, state approvals.State) approvals.Approval {
	w.t.Helper()

	got, err := w.Get(w.t.Context(), about.ID)
	if err != nil || got.State != state {
		w.t.Errorf("it is %s, %v, want %s", got.State, err, state)
	}

	return got
}

func TestWhatIsDecidedTwiceIsBegunOnce(t *testing.T) {
	t.Parallel()
	migrated.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		first, second := newWorld(t, db), newWorld(t, db)
		asked := first.ask()

		const tries = 8

		var (
			group sync.WaitGroup
			begun atomic.Int64
		)

		for i := range tries {
			w := []*world{first, second}[i%2]
			to, by := approvals.Approved, olga

			if i >= tries/2 {
				to, by = approvals.BrokenGlass, dave
			}

			group.Go(func() {
				if w.decide(asked, to, by) == nil {
					begun.Add(1)
				}
			})
		}

		group.Wait()

		intents, err := first.log.Count(t.Context(), audit.Filter{Action: audit.ConfigSave, Outcome: audit.Intent})
		if err != nil || intents != 1 || begun.Load() != 1 {
			t.Errorf("it was begun %d times, and written down %d times, %v; want once", begun.Load(), intents, err)
		}
	})
}

func TestTheSamePersonIsNotAnother(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		asked := w.ask()

		for _, same := range []approvals.Person{dave, {Username: "DAVE", Issuer: dave.Issuer, Subject: dave.Subject}} {
			if err := w.decide(asked, approvals.Approved, same); err == nil {
				w.t.Errorf("%v approves their own", same)
			}
		}

		other := approvals.Person{Username: dave.Username, Issuer: "https://other.example.com", Subject: dave.Subject}
		if err := w.decide(asked, approvals.Approved, other); err != nil {
			w.t.Errorf("somebody of another issuer: %v", err)
		}
	})
}

// TestACrashBeforeTheIntentLeavesItWaiting: what was undone was not approved either.
func TestACrashBeforeTheIntentLeavesItWaiting(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		asked := w.ask()
		ctx, cancel := context.WithCancel(w.t.Context())
		cancel()

		d := approvals.Decision{ID: asked.ID, To: approvals.Approved, By: olga, Actor: actor(olga), Reason: reason}
		as := actor(dave)
		as.Gate = w.Carry(d, asked)

		if _, err := w.log.Record(ctx, as, save()); err == nil {
			w.t.Fatal("it was written down")
		}

		w.want(asked, approvals.Waiting)

		if err := w.decide(asked, approvals.Approved, olga); err != nil {
			w.t.Error(err)
		}

		// The process died after the intent: how it ended is found out once it is settled.
		got := w.want(asked, approvals.Approved)
		if got.Intent == nil || got.Outcome != "" {
			w.t.Fatalf("got %+v, want its intent and no outcome yet", got)
		}

		end := save()
		end.Outcome, end.Intent, end.Change = audit.Done, *got.Intent, 7

		if _, err := w.log.Record(w.t.Context(), actor(dave), end); err != nil {
			w.t.Fatal(err)
		}

		if err := w.Look(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}

		if got = w.want(asked, approvals.Approved); got.Outcome != audit.Done || got.Change == nil || *got.Change != 7 {
			w.t.Errorf("got %+v, want it done by change 7", got)
		}
	})
}

// TestOneThatCannotBeLookedAtHidesNoOther has what one stands on be unreadable.
func TestOneThatCannotBeLookedAtHidesNoOther(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		broken := w.ask()

		w.clock.Advance(time.Second)
		asked := w.ask()

		w.Stand = func(context.Context, string) (string, error) { return "", errors.New("it cannot be read") }

		if err := w.decide(broken, approvals.BrokenGlass, olga); err != nil {
			w.t.Fatal(err)
		}

		if err := w.Look(w.t.Context()); err == nil {
			w.t.Error("nobody is told that it cannot be read")
		}

		if now := w.Current(); len(now.Broken) != 1 || len(now.Waiting) != 1 {
			w.t.Errorf("pages show %+v, want the one that was carried out without a second person, and the one that waits", now)
		}

		w.clock.Advance(approvals.Lifetime)

		if err := w.Look(w.t.Context()); err != nil {
			w.t.Error(err)
		}

		w.want(asked, approvals.Expired)
	})
}

// TestStates walks at random: what does not wait any more stays what it is, and something is begun once
// for each that somebody approved or did without, and for no other.
func TestStates(t *testing.T) {
	t.Parallel()
	worldtest.Walk(t, 300, 40, func(t *testing.T, db *store.DB, seed uint64, steps int) {
		t.Helper()

		w, random := newWorld(t, db), rand.New(rand.NewPCG(seed, 0))
		final := map[int64]approvals.State{}

		var asked []approvals.Approval

		for range steps {
			if len(asked) == 0 || random.IntN(4) == 0 {
				w.clock.Advance(time.Second) // so that no two ask for the same

				asked = append(asked, w.ask())

				continue
			}

			about := asked[random.IntN(len(asked))]

			switch by := []approvals.Person{dave, olga}[random.IntN(2)]; random.IntN(6) {
			case 0:
				_ = w.decide(about, approvals.Approved, by)
			case 1:
				_ = w.decide(about, approvals.BrokenGlass, by)
			case 2:
				_ = w.Reject(t.Context(), approvals.Decision{ID: about.ID, To: approvals.Rejected, By: by, Actor: actor(by), Reason: reason})
			case 3:
				w.clock.Advance(approvals.Lifetime / 2)
			case 4:
				w.moveOn(strconv.Itoa(random.Int()))
			default:
				if err := w.Look(t.Context()); err != nil {
					t.Fatal(err)
				}
			}

			w.check(asked, final)
		}
	})
}

// check holds what became of all against what it was before, and against what was begun.
func (w *world) check(asked []approvals.Approval, final map[int64]approvals.State) {
	w.t.Helper()

	begun := 0

	for _, about := range asked {
		now, err := w.Get(w.t.Context(), about.ID)
		if err != nil {
			w.t.Fatal(err)
		}

		if was, over := final[now.ID]; over && was != now.State {
			w.t.Fatalf("approval %d was %s and is %s", now.ID, was, now.State)
		}

		if now.State != approvals.Waiting {
			final[now.ID] = now.State
		}

		done := now.State == approvals.Approved || now.State == approvals.BrokenGlass
		if done != (now.Intent != nil) || now.State == approvals.Approved && now.DecidedBy.Is(now.RequestedBy) {
			w.t.Fatalf("approval %d is %s by %v, with intent %v", now.ID, now.State, now.DecidedBy, now.Intent)
		}

		if done {
			begun++
		}
	}

	if n, err := w.log.Count(w.t.Context(), audit.Filter{Action: audit.ConfigSave, Outcome: audit.Intent}); err != nil || n != begun {
		w.t.Fatalf("%d were begun, %v, want %d", n, err, begun)
	}
}

func TestEveryActionOfOperatorsHasItsName(t *testing.T) {
	t.Parallel()

	// What signs in and out, reads, is told to the program itself, decides about approvals or is done by the console itself.
	others := []audit.Action{
		audit.SignIn, audit.SignOut, audit.AccessRefused, audit.RequestRefused, audit.LogExport, audit.LeaseRelease, audit.DatabaseRestore, audit.LogKey,
		audit.LogAccept,
		audit.ScheduleHold, audit.WindowHold, audit.WindowOverrun, audit.WindowMiss, audit.WindowSilence,
		audit.ApprovalRequest, audit.ApprovalApprove, audit.ApprovalReject, audit.ApprovalBreakGlass,
	}

	for _, a := range audit.Actions() {
		if _, named := action.Named(string(a)); named == slices.Contains(others, a) {
			t.Errorf("%s: named %v, want it named or to be none of an operator's acts", a, named)
		}
	}

	for _, a := range action.Actions() {
		if !slices.Contains(audit.Actions(), audit.Action(a.Name)) {
			t.Errorf("%s is no action of the audit log", a.Name)
		}
	}
}
