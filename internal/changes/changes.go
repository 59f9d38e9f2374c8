package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/timeout"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// callTimeout bounds a call to the control plane once the intent is written; the
	// browser that asked may be gone by then, the act goes on.
	callTimeout = 15 * time.Second
	// writeTimeout bounds writing down how it ended.
	writeTimeout = 10 * time.Second
	// abandonedAfter is how old a pending change must be before it is settled of which no signs of life are given, nor of
	// its end: two calls and what is written of them.
	abandonedAfter = 2*callTimeout + writeTimeout
	// answerTimeout is how long a request that was not answered is waited for: until then,
	// finding the old values proves nothing. One that is carried out later still is
	// recognised by its values.
	answerTimeout = 10 * time.Second
	// leaseEndTimeout is how long the end of a lease is waited for, so that it comes about
	// within ten seconds of its time although somebody died over it.
	leaseEndTimeout = 5 * time.Second
)

// Changes applies changes and keeps their history.
type Changes struct {
	// OnChange, when not nil, is called whenever something was written here that pages show. It
	// is set before the first use, and must not wait.
	OnChange func()
	// Windows, when not nil, says which maintenance windows a scheduled change meets. It is set before the first use.
	Windows Windows
	// Outbox, when not nil, keeps what others are told of scheduled changes. It is set before the first use.
	Outbox Outbox
	// StillOps, when not nil, reports whether who scheduled a change is an operator yet. It is set before the first use.
	StillOps func(ctx context.Context, username string) (bool, error)
	// Patience is how long is looked for what a text finds; 0 is a second. It is set before the first use.
	Patience time.Duration

	db     *store.DB
	log    *audit.Log
	clock  func() time.Time
	slog   *slog.Logger
	policy Policy
	leases *lease.Store
	// scheduled are the changes that are to be made at a time.
	scheduled *scheduled.Store
	search    *search.Index
	// seen is when each section was last seen to be what it was; the database hears of it
	// once a minute.
	seen  sync.Map
	locks map[ops.SectionName]chan struct{}
	// here are the ids of the changes that this process carries out, on SQLite.
	here sync.Map
	// waits are how long what is unknown has been waited for.
	waits waits
	// signs are how long the next sign of life has been waited for where the last one is from the future.
	signs waits
}

// New returns the changes kept in the database; now is the clock.
func New(db *store.DB, log *audit.Log, now func() time.Time, logger *slog.Logger, policy Policy) *Changes {
	c := &Changes{
		db: db, log: log, clock: now, slog: logger, policy: policy,
		leases: lease.NewStore(db, now), scheduled: scheduled.NewStore(db, now), search: search.New(db),
		locks: map[ops.SectionName]chan struct{}{},
	}
	for _, s := range ops.Sections() {
		c.locks[s.Name] = make(chan struct{}, 1)
	}

	return c
}

// write runs fn in a transaction that writes what pages show.
func (c *Changes) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	err := c.db.Tx(ctx, fn)
	if err == nil && c.OnChange != nil {
		c.OnChange()
	}

	return err
}

// lock holds the section in this process, so that those who come together queue up
// before the control plane instead of asking it all at once.
func (c *Changes) lock(ctx context.Context, section ops.SectionName) (unlock func(), err error) {
	select {
	case c.locks[section] <- struct{}{}:
		return func() { <-c.locks[section] }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Apply makes the change through the service, as the actor. It returns
//   - a VALIDATION_FAILED for what cannot be meant, or changes nothing,
//   - a [*ConflictError] when the section is no longer at the request's revision,
//   - a CONFLICT while an earlier change of the section is not settled,
//   - the control plane's error when the section cannot be read.
//
// In all of these nothing was changed. Otherwise the error is nil and the change says
// what became of it: applied, failed or unknown.
func (c *Changes) Apply(ctx context.Context, service ops.Service, actor audit.Actor, request Request) (Result, error) {
	section, err := ops.SectionOf(request.Section)
	if err != nil {
		return Result{}, err
	}

	unlock, err := c.lock(ctx, section.Name)
	if err != nil {
		return Result{}, err
	}
	defer unlock()

	plan, err := c.planByHand(ctx, service, section, request)
	if err != nil {
		return Result{}, c.refuse(ctx, actor, request, err)
	}

	result, err := c.perform(ctx, service, actor, plan, request)
	if errors.Is(err, errOvertaken) { // by another replica; what it set tells more than that it did
		if _, conflict := c.planByHand(ctx, service, section, request); conflict != nil {
			err = conflict
		}
	}

	if err != nil {
		return Result{}, c.refuse(ctx, actor, request, err)
	}

	return result, nil
}

// refuse logs that a request changed nothing, but for what this console, overtaken, looks at again by itself.
func (c *Changes) refuse(ctx context.Context, actor audit.Actor, request Request, cause error) error {
	if !request.byHand() && Overtaken(cause) {
		return cause
	}

	return c.Refuse(ctx, actor, request.Entry(), cause)
}

// Overtaken reports whether nothing was changed since another change of the section was faster: it looks otherwise now.
func Overtaken(err error) bool {
	_, conflict := errors.AsType[*ConflictError](err)

	return conflict || errors.Is(err, errOvertaken) || errors.Is(err, errUnsettled)
}

// perform makes a planned change: intent first, then the call, then how it ended. An
// error means that nothing was done. The section is locked by the caller.
func (c *Changes) perform(
	ctx context.Context, service ops.Service, actor audit.Actor, plan Plan, request Request,
) (Result, error) {
	section := plan.Current.Section

	change, intent, err := c.open(ctx, actor, plan, request)
	if err != nil {
		return Result{}, err
	}

	ctx = context.WithoutCancel(ctx)

	life, sending := c.live(ctx, change)
	defer life.end()

	failpoint.Reach(failpoint.ChangeIntended)

	// An embedded control plane writes to the same database, and what came of it is settled there before
	// anybody is told: that commit has this one on the disk, too.
	writeErr := timeout.Do(c.db.Later(sending), callTimeout, func(ctx context.Context) error {
		return life.call(ctx, func(ctx context.Context) error { return section.Write(ctx, service, change.Before, change.After) })
	})

	failpoint.Reach(failpoint.ChangeCalled)

	if err := c.readBack(ctx, service, section, actor, change, writeErr); err != nil {
		// The act took place, only its end could not be written: Watch will.
		c.slog.ErrorContext(ctx, "a change could not be settled", "change", change.ID, "error", err)
	}

	result := c.result(ctx, change, plan.Current)

	if request.Term != nil {
		result.Lease = c.leaseOf(ctx, change)
	}

	// What it answered counts, not why the change failed: that it accepted one and holds other
	// values is an error that will pass, too.
	if result.Change.Outcome == Failed && ops.ForNow(writeErr) {
		result.refused = intent
	}

	if request.point == nil { // one part of several that have one key is not all of it
		actor.Claim.Refused(result.refused)
	}

	return result, nil
}

// planByHand checks everything that a change by hand has to come with.
func (c *Changes) planByHand(
	ctx context.Context, service ops.Service, section ops.Section, request Request,
) (Plan, error) {
	plan, err := c.prepare(ctx, service, section, request, CheckReason(request.Reason))
	if err != nil {
		return Plan{}, err
	}

	errs := c.policy.checkConfirm(section, plan.Differences, request)

	// Looked at last: whoever comes second with the same words is told of the conflict. The
	// windows of a series have one reason for all of them.
	if !request.repeated && request.byHand() {
		repeated, err := c.checkNewReason(ctx, plan.Current, request.Reason)
		if err != nil {
			return Plan{}, err
		}

		errs = append(errs, repeated...)
	}

	return plan, ops.Invalid(errs)
}

// prepare checks a request against what the section holds now; errs are what is
// known to be wrong with it already.
func (c *Changes) prepare(
	ctx context.Context, service ops.Service, section ops.Section, request Request, errs []ops.FieldError,
) (Plan, error) {
	known, err := c.known(ctx, section)
	if err != nil {
		return Plan{}, err
	}

	original, err := c.valuesAt(ctx, known, request.Revision)

	held := original
	if request.Source == SourceRestore { // of a change or a point, never typed
		held = request.Values
	}

	values, valueErrs := check(section, request.Values, held)
	errs = append(errs, valueErrs...)

	if err != nil {
		errs = append(errs, ops.FieldErrors(err)...)
		if len(errs) == 0 {
			return Plan{}, err
		}
	}

	if len(errs) > 0 {
		return Plan{}, ops.Invalid(errs)
	}

	plan, err := c.plan(ctx, service, known, values, original)
	if err != nil {
		return Plan{}, err
	}

	if open := plan.Current.Open; open != nil {
		return Plan{}, unsettled(section, *open)
	}

	if plan.Current.Revision != request.Revision {
		return Plan{}, &ConflictError{
			Section: section, Original: original, Theirs: plan.Current.Values, Yours: plan.After,
			Revision: plan.Current.Revision,
		}
	}

	if err := ops.Invalid(section.CheckBetween(plan.After, original, held)); err != nil {
		return Plan{}, err
	}

	if len(plan.Differences) == 0 {
		return Plan{}, ops.Invalid([]ops.FieldError{{
			Field: "body", Message: "Nothing would change: these are already the current values.", Type: "no_change",
		}})
	}

	return plan, nil
}

// unsettled refuses a change while another one of the section is open.
func unsettled(section ops.Section, open Change) error {
	e := ops.Error{
		Code: ops.CodeConflict,
		Message: fmt.Sprintf("The outcome of change %d to %s by %s is not known yet. Wait until it is, then try again.",
			open.ID, section.Title, open.Actor),
		Details: map[string]any{"change": open.ID, "url": "/" + historyObject(open.ID)},
	}

	return e.Because(errUnsettled)
}

// Refuse logs an attempt that changed nothing, of which entry says what it was about, and
// returns its cause; nil when there is none.
func (c *Changes) Refuse(ctx context.Context, actor audit.Actor, entry audit.Entry, cause error) error {
	if cause == nil {
		return nil
	}

	e := ops.AsError(cause)
	if e.Code == ops.CodeInternal {
		return cause
	}

	entry.Outcome, entry.Reason, entry.Message = audit.Refused, ops.Clip(entry.Reason), e.Message+ops.FieldText(e)

	if _, err := c.log.Record(context.WithoutCancel(ctx), actor, entry); err != nil {
		return errors.Join(cause, fmt.Errorf("log the refusal: %w", err))
	}

	return cause
}
