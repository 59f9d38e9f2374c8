package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/ops"
)

// RulesMove is what newer rules of the zones did to a window.
type RulesMove struct {
	// FromRules and ToRules are the releases.
	FromRules string    `json:"from_rules"`
	ToRules   string    `json:"to_rules"`
	At        time.Time `json:"at"`
	// StartsAt and EndsAt are the moments before, NowStartsAt and NowEndsAt those since.
	StartsAt    time.Time `json:"starts_at"`
	EndsAt      time.Time `json:"ends_at"`
	NowStartsAt time.Time `json:"now_starts_at"`
	NowEndsAt   time.Time `json:"now_ends_at"`
	// Stays says why the window could not be moved: it is where it was, and the clocks show
	// something else. "" when it was moved.
	Stays string `json:"stays"`
}

// zones is the database of this process.
func (s *Windows) zones() *zoneinfo.Database {
	if s.Zones != nil {
		return s.Zones
	}

	return zoneinfo.Current()
}

// FollowRules resolves the windows to come anew whose times older rules of the zones were
// resolved by. They keep what the clocks show; those of which that is another moment move, and
// subscribers are told. Enablede transaction: of all replicas one does it, once. A window whose
// time has come never moves.
func (s *Windows) FollowRules(ctx context.Context) error {
	old, err := s.withOlderRules(ctx, s.DB.Read())
	if err != nil || len(old) == 0 {
		return err
	}

	return s.write(ctx, func(tx *sql.Tx) error {
		old, err := s.withOlderRules(ctx, tx)
		if err != nil {
			return err
		}

		moves, err := s.moves(ctx, tx, old)
		if err != nil {
			return err
		}

		for i := range old {
			if err := s.followRules(ctx, tx, old[i], moves[i]); err != nil {
				return err
			}
		}

		return nil
	})
}

// withOlderRules are the windows to come whose times were resolved by an older release than
// this process has, or nobody knows by which.
func (s *Windows) withOlderRules(ctx context.Context, q store.Querier) ([]Window, error) {
	zones := s.zones()

	waiting, err := s.query(ctx, q, `WHERE phase IN ('announced', 'held') AND started_at IS NULL AND starts_at > $1
		AND (zone_release IS NULL OR zone_release <> $2) ORDER BY starts_at, id`, store.Time{Time: s.now()}, zones.Release)

	var old []Window

	for _, w := range waiting {
		if zones.Has(w.TimeZone) && (w.release == nil || zones.NewerThan(*w.release)) {
			old = append(old, w)
		}
	}

	return old, err
}

// move is what the rules make of a window: nil when they leave it where it is.
type move struct {
	span Span
	// stays says why it cannot be made.
	stays string
}

// moves are those of the windows, by their place. One that would overlap another window, or begin
// in the past, stays; then it may be in the way of the next, until all that are left fit.
func (s *Windows) moves(ctx context.Context, tx *sql.Tx, windows []Window) ([]*move, error) {
	moves := make([]*move, len(windows))

	for i, w := range windows {
		starts, ends, kept := w.clocks()
		loc, err := s.zones().Location(w.TimeZone)

		if !kept || err != nil {
			continue
		}

		span := Span{reread(starts, loc), reread(ends, loc)}

		switch {
		case span.StartsAt.Equal(w.StartsAt) && span.EndsAt.Equal(w.EndsAt):
		case !span.StartsAt.After(s.now()):
			moves[i] = &move{span, "Its local time has passed."}
		case !span.EndsAt.After(span.StartsAt):
			moves[i] = &move{span, "It would end before it starts."}
		default:
			moves[i] = &move{span: span}
		}
	}

	for again := true; again; {
		again = false

		for i := range windows {
			if moves[i] == nil || moves[i].stays != "" {
				continue
			}

			why, err := s.inTheWay(ctx, tx, windows, moves, i)
			if err != nil {
				return nil, err
			}

			again = again || why != ""
			moves[i].stays = why
		}
	}

	return moves, nil
}

// inTheWay says what the move of a window would overlap, with all others where they will be.
func (s *Windows) inTheWay(ctx context.Context, tx *sql.Tx, windows []Window, moves []*move, moved int) (string, error) {
	w, span := windows[moved], moves[moved].span
	going := map[int64]Span{}

	for i, other := range windows {
		if moves[i] != nil && moves[i].stays == "" {
			going[other.ID] = moves[i].span
		}
	}

	// A rule moves by hours: what is a day away cannot come here.
	const near = 48 * time.Hour

	taken, err := s.reservedByWindows(ctx, tx, span.StartsAt.Add(-near), span.EndsAt.Add(near), exclusion{window: w.ID})
	if err != nil {
		return "", err
	}

	own := int64(0)
	if w.Series != nil {
		own = *w.Series
	}

	ahead, err := s.reservedBySeries(ctx, tx, span.StartsAt, span.EndsAt, own)
	if err != nil {
		return "", err
	}

	for _, b := range append(taken, ahead...) {
		if to, goes := going[b.window]; goes {
			b.from, b.until = to.StartsAt, to.EndsAt
		}

		if span.StartsAt.Before(b.until) && b.from.Before(span.EndsAt) {
			return ops.AsError(b.conflict(span)).Message, nil
		}
	}

	return "", nil
}

// followRules writes what the rules make of a window.
func (s *Windows) followRules(ctx context.Context, tx *sql.Tx, w Window, m *move) error {
	before := w

	if m == nil {
		w.keepClocks(s.zones())

		_, err := w.clockColumns().Update(ctx, tx, windowTable, "id = $1", w.ID)
		if err != nil {
			return fmt.Errorf("keep the clocks of window %d: %w", w.ID, err)
		}

		return nil
	}

	r := RulesMove{
		FromRules: before.ZoneRules, ToRules: s.zones().Release, At: s.now(), StartsAt: w.StartsAt, EndsAt: w.EndsAt, Stays: m.stays,
	}
	d := transition{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowRules, before: &before, event: EventChanged,
		reason: fmt.Sprintf("New rules of %s (IANA %s)", w.TimeZone, r.ToRules),
	}

	if m.stays == "" {
		w.StartsAt, w.EndsAt = m.span.StartsAt, m.span.EndsAt
		w.PlannedStartsAt, w.PlannedEndsAt = w.StartsAt, w.EndsAt
		w.schedule()
		d.message = "It keeps its time on the clocks of " + w.TimeZone + ", which is another moment now."
	} else {
		d.event = ""
		d.message = "It stays at its moment, at which the clocks of " + w.TimeZone + " show another time now. " + m.stays
	}

	r.NowStartsAt, r.NowEndsAt = w.StartsAt, w.EndsAt
	w.RulesMove = &r
	w.keepClocks(s.zones())

	return s.save(ctx, tx, &w, d)
}
