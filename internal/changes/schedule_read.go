package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Scheduled returns the scheduled changes that may still be made, the first one first.
func (c *Changes) Scheduled(ctx context.Context) ([]scheduled.Change, error) {
	return c.scheduled.Open(ctx)
}

// ScheduledIn returns those of a section as q reads them.
func (c *Changes) ScheduledIn(ctx context.Context, q store.Querier, section ops.SectionName) ([]scheduled.Change, error) {
	return c.scheduled.OpenIn(ctx, q, section)
}

// ScheduledChange returns one, open or not; RESOURCE_NOT_FOUND when there is none.
func (c *Changes) ScheduledChange(ctx context.Context, id int64) (scheduled.Change, error) {
	return c.scheduled.Get(ctx, id)
}

// ScheduledBy returns the one that was scheduled with that entry of the audit log.
func (c *Changes) ScheduledBy(ctx context.Context, act audit.Entry) (scheduled.Change, error) {
	return c.scheduled.OfIntent(ctx, act.Seq)
}

// ScheduledHistory returns a page of the scheduled changes, those that are over too.
func (c *Changes) ScheduledHistory(ctx context.Context, filter scheduled.Filter) (scheduled.Page, error) {
	return c.scheduled.List(ctx, filter)
}

// ScheduledRevision returns a number that grows with everything that is done to a scheduled change, and with every
// change of its section: neither ever goes back. What is decided about it is decided against that.
func (c *Changes) ScheduledRevision(ctx context.Context, s scheduled.Change) (int64, error) {
	var revision int64

	err := c.db.Read().QueryRowContext(ctx, `SELECT revision FROM opsconsole_sections WHERE section = $1`, s.Section).Scan(&revision)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read the revision of %s: %w", s.Section, err)
	}

	return s.Number + revision, nil
}

// ScheduledPlan is what the section holds, as it was last seen, and what it would hold once the
// scheduled change were made on top of it.
func (c *Changes) ScheduledPlan(ctx context.Context, s scheduled.Change) (Plan, error) {
	current, err := c.Known(ctx, s.Section)
	if err != nil {
		return Plan{}, err
	}

	plan := Plan{Current: current, After: merged(current.Values, s.Set)}
	plan.Differences = current.Section.Diff(current.Values, plan.After)
	plan.Confirm = c.policy.confirmation(current.Section, plan.Differences)

	return plan, nil
}

// markScheduled fills in Scheduled, for those who read of a change.
func (c *Changes) markScheduled(ctx context.Context, list []Change) error {
	var ids []int64

	for i := range list {
		if list[i].Source != SourceExternal && list[i].Source != SourceLeaseEnd {
			ids = append(ids, list[i].ID)
		}
	}

	if len(ids) == 0 {
		return nil
	}

	made, err := c.scheduled.OfChanges(ctx, ids)

	for i := range list {
		if s, ok := made[list[i].ID]; ok {
			list[i].Scheduled = &Schedule{ID: s.ID, By: s.Actor, Reason: s.Reason, At: s.At, ScheduledAt: s.CreatedAt}
		}
	}

	return err
}

// Schedule is how a change came about that was scheduled.
type Schedule struct {
	// ID is the number of the scheduled change.
	ID int64 `json:"id"`
	// By is who scheduled it, at ScheduledAt, and Reason why.
	By          string    `json:"by"`
	Reason      string    `json:"reason"`
	ScheduledAt time.Time `json:"scheduled_at"`
	// At is when it was due.
	At time.Time `json:"due_at"`
}
