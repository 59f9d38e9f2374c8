package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// GuardAgainstWindows returns the guard of a temporary change between those times: a CONFLICT when a
// window that is not over before it begins will set one of its fields before it has ended, for the window could not
// start then. Until the transaction is over nobody announces or moves a window: who does so looks for temporary changes
// in a transaction of its own, and would see nothing of one that is being written.
func (s *Windows) GuardAgainstWindows(
	section ops.SectionName, from, until time.Time,
) func(ctx context.Context, tx *sql.Tx, fields []string) error {
	return func(ctx context.Context, tx *sql.Tx, fields []string) error {
		if _, err := tx.ExecContext(ctx, `UPDATE opsconsole_calendar SET version = version WHERE id = 1`); err != nil {
			return fmt.Errorf("hold the calendar: %w", err)
		}

		return s.checkFields(ctx, tx, section, fields, from, until)
	}
}

func (s *Windows) checkFields(
	ctx context.Context, q store.Querier, section ops.SectionName, fields []string, from, until time.Time,
) error {
	coming, err := s.query(ctx, q, `WHERE `+openPhases+` AND started_at IS NULL AND starts_at < $1 ORDER BY starts_at, id`,
		store.Time{Time: until})
	if err != nil {
		return err
	}

	for _, w := range coming {
		for _, p := range w.parts() {
			if p.section.Name != section || w.StartsAt.Before(from) && !w.EndsAt.After(from) {
				continue
			}

			for _, field := range p.section.Fields {
				if _, sets := p.values[field.Name]; sets && slices.Contains(fields, field.Name) {
					return w.setsField(field)
				}
			}
		}
	}

	return nil
}

// Met implements [changes.Windows]: it says which windows that are not over set something of the section between those
// times, of which both may be the same.
func (s *Windows) Met(ctx context.Context, section ops.SectionName, from, until time.Time) ([]changes.Effect, error) {
	open, err := s.query(ctx, s.DB.Read(), `WHERE `+openPhases+` AND starts_at <= $1 AND (ends_at > $2 OR started_at IS NOT NULL)
		ORDER BY starts_at, id`, store.Time{Time: until}, store.Time{Time: from})
	if err != nil {
		return nil, err
	}

	var out []changes.Effect

	for _, w := range open {
		sets := slices.ContainsFunc(w.parts(), func(p part) bool { return p.section.Name == section })
		if !sets || w.Phase != Held && w.Phase != Overrun && !w.EndsAt.After(from) {
			continue
		}

		out = append(out, changes.Effect{
			Kind: changes.EffectWarning, URL: "/" + object(w.ID),
			Text: fmt.Sprintf("Maintenance window %d, %q, sets values of this section from %s to %s: "+
				"choose a time outside it, or put the change into the window. Otherwise this change is held, and needs a decision.",
				w.ID, w.Title, w.StartsAt.UTC().Format("2006-01-02 15:04 UTC"), w.EndsAt.UTC().Format("2006-01-02 15:04 UTC")),
		})
	}

	return out, nil
}

// setsField refuses what would hold the field when the window begins.
func (w Window) setsField(field ops.Field) error {
	return &ops.Error{
		Code: ops.CodeConflict,
		Message: fmt.Sprintf("%s is set by maintenance window %d, %q, from %s on. "+
			"Let the temporary change end before then, or put it into the window.",
			field.Label, w.ID, w.Title, w.StartsAt.UTC().Format("2006-01-02 15:04 UTC")),
		Details: map[string]any{"window": w.ID, "field": field.Name, "url": "/" + object(w.ID)},
	}
}
