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
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// callTimeout bounds a call to the control plane once the intent is written; the
	// browser that asked may be gone by then, the act goes on.
	callTimeout = 15 * time.Second
	// writeTimeout bounds writing down how it ended.
	writeTimeout = 10 * time.Second
	// abandoned is how old a pending change must be before another process settles it:
	// two calls and what is written of them.
	abandoned = 2*callTimeout + writeTimeout
	// grace is how long a request that was not answered is waited for: until then,
	// finding the old values proves nothing. One that is carried out later still is
	// recognised by its values.
	grace = 10 * time.Second
	// graceOfEnd is how long the end of a lease is waited for, so that it comes about
	// within ten seconds of its time although somebody died over it.
	graceOfEnd = 5 * time.Second
)

// Changes applies changes and keeps their history.
type Changes struct {
	db     *store.DB
	log    *audit.Log
	now    func() time.Time
	slog   *slog.Logger
	policy Policy
	// seen is when each section was last seen to be what it was; the database hears of it
	// once a minute.
	seen  sync.Map
	locks map[ops.SectionName]chan struct{}
}

// New returns the changes kept in the database; now is the clock.
func New(db *store.DB, log *audit.Log, now func() time.Time, logger *slog.Logger, policy Policy) *Changes {
	c := &Changes{db: db, log: log, now: now, slog: logger, policy: policy, locks: map[ops.SectionName]chan struct{}{}}
	for _, s := range ops.Sections() {
		c.locks[s.Name] = make(chan struct{}, 1)
	}

	return c
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

// Request is a change that somebody wants.
type Request struct {
	Section ops.SectionName
	// Revision is the one that the change was prepared against.
	Revision string
	// Values are the fields to set; the others stay as they were at that revision.
	Values ops.Values
	Reason string
	Source Source
	// Restores is the change whose earlier values these are, nil when there is none.
	Restores *int64
	// Term makes the change temporary; nil is permanent.
	Term *Term
	// Confirm is the name of the environment, where a change is grave enough to ask for it.
	Confirm string
	// Guard runs first in the transaction that writes the change down, and its error
	// stops the change; nil lets it pass.
	Guard func(ctx context.Context, tx *sql.Tx) error

	// ends is the lease that the change takes back.
	ends *Lease
	// point is the named point that this restores a part of, nil when there is none.
	point *int64
	// repeated allows the reason of the last change again: what is done to several
	// sections at once has one reason.
	repeated bool
}

// Result is a change that was tried, and what the section holds after it.
type Result struct {
	Change  Change
	Current Current
	// Lease is that of a temporary change, else nil.
	Lease *Lease
	// Refusal is the control plane's own word why it did not make the change, nil when it
	// refused nothing.
	Refusal *ops.Error
}

// ConflictError refuses a change because the section is no longer what it was
// prepared against.
type ConflictError struct {
	Section ops.Section
	// Original is what was there when the change was prepared, Theirs what is there
	// now, Yours what was wanted.
	Original, Theirs, Yours ops.Values
	// Revision is the one to go on from.
	Revision string
	// By is the change that came between, nil when it is not known.
	By *Change
}

// Error says what happened and what to do.
func (e *ConflictError) Error() string {
	return e.Section.Title + " changed since you opened it. Compare the values, then save again or keep theirs."
}

// Unwrap returns a CONFLICT of the contract's form.
func (e *ConflictError) Unwrap() error {
	return &ops.Error{Code: ops.CodeConflict, Message: e.Error()}
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

	plan, err := c.planned(ctx, service, section, request)
	if err != nil {
		return Result{}, c.Refuse(ctx, actor, request.Entry(), err)
	}

	result, err := c.perform(ctx, service, actor, plan, request)
	if errors.Is(err, errOvertaken) { // by another replica; what it set tells more than that it did
		if _, conflict := c.planned(ctx, service, section, request); conflict != nil {
			err = conflict
		}
	}

	if err != nil {
		return Result{}, c.Refuse(ctx, actor, request.Entry(), err)
	}

	return result, nil
}

// perform makes a planned change: intent first, then the call, then how it ended. An
// error means that nothing was done. The section is locked by the caller.
func (c *Changes) perform(
	ctx context.Context, service ops.Service, actor audit.Actor, plan Plan, request Request,
) (Result, error) {
	section := plan.Current.Section

	change, err := c.open(ctx, actor, plan, request)
	if err != nil {
		return Result{}, err
	}

	ctx = context.WithoutCancel(ctx)

	writeErr := within(ctx, callTimeout, func(ctx context.Context) error {
		return section.Write(ctx, service, change.Before, change.After)
	})

	settled, err := c.conclude(ctx, service, section, actor, change, writeErr)
	if err != nil {
		// The act took place, only its end could not be written: Watch will.
		c.slog.ErrorContext(ctx, "a change could not be settled", "change", change.ID, "error", err)

		settled = change
	}

	result := Result{Change: settled}
	if writeErr != nil && ops.NotDone(writeErr) {
		result.Refusal = ops.AsError(writeErr)
	}

	// What became of the change is known; what stands around it is worth no error any more.
	if request.Term != nil {
		lease, err := c.oneLease(ctx, `WHERE change_id = $1`, settled.ID)
		if err != nil {
			c.slog.ErrorContext(ctx, "the lease of a change could not be read", "change", settled.ID, "error", err)
		} else {
			result.Lease = &lease
		}
	}

	if result.Current, err = c.known(ctx, section); err != nil {
		c.slog.ErrorContext(ctx, "a section could not be read after its change", "change", settled.ID, "error", err)

		result.Current = plan.Current
	}

	return result, nil
}

// within makes a call that takes no longer than the timeout.
func within(ctx context.Context, timeout time.Duration, call func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	return call(ctx)
}

// planned checks everything that a change by hand has to come with.
func (c *Changes) planned(
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
		repeated, err := c.checkNewReason(ctx, section.Name, request.Reason)
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
	values, valueErrs := check(section, request.Values)
	errs = append(errs, valueErrs...)

	original, err := c.valuesAt(ctx, section, request.Revision)
	if err != nil {
		errs = append(errs, ops.FieldErrors(err)...)
		if len(errs) == 0 {
			return Plan{}, err
		}
	}

	if len(errs) > 0 {
		return Plan{}, ops.Invalid(errs)
	}

	plan, err := c.plan(ctx, service, section, values, original)
	if err != nil {
		return Plan{}, err
	}

	if open := plan.Current.Open; open != nil {
		return Plan{}, unsettled(section, *open)
	}

	if plan.Current.Revision != request.Revision {
		return Plan{}, &ConflictError{
			Section: section, Original: original, Theirs: plan.Current.Values, Yours: plan.After,
			Revision: plan.Current.Revision, By: plan.Current.Last,
		}
	}

	if err := validateChanged(section, plan.After, plan.Differences); err != nil {
		return Plan{}, err
	}

	if len(plan.Differences) == 0 {
		return Plan{}, ops.Invalid([]ops.FieldError{{
			Field: "body", Message: "Nothing would change: these values are set already.", Type: "no_change",
		}})
	}

	return plan, nil
}

// unsettled refuses a change while another one of the section is open.
func unsettled(section ops.Section, open Change) error {
	return &ops.Error{
		Code: ops.CodeConflict,
		Message: fmt.Sprintf("Change %d of %s, by %s, is not settled yet. Wait until it is, then try again.",
			open.ID, section.Title, open.Actor),
		Details: map[string]any{"change": open.ID},
	}
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

// Entry is what the audit log says of the request.
func (r Request) Entry() audit.Entry {
	return audit.Entry{Action: r.action(), Object: r.object(), Reason: r.Reason}
}

func (r Request) action() audit.Action {
	if r.Source == SourceRestore {
		return audit.ConfigRestore
	}

	return audit.ConfigSave
}

func (r Request) object() string { return "config/" + string(r.Section) }
