//nolint:mnd // the numbers describe a made-up world
package demo

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Dawn is the time of the day at which the world begins.
const Dawn = 10 * hour

// Seed fills the platform's tables of a fresh database; of one that has mappings
// already it leaves everything as it is. What is in progress matches the first day
// that [Plan] makes of the seed.
func Seed(ctx context.Context, db *store.DB, now time.Time, seed uint64) error {
	return db.Tx(ctx, func(tx *sql.Tx) error {
		var mappings int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM mappings`).Scan(&mappings); err != nil || mappings > 0 {
			return err
		}

		s := &seeder{tx: tx, now: now, seed: seed, r: random(seed, streamSeed)}

		for _, step := range []func(context.Context) error{s.users, s.mappings, s.history, s.underway, s.instances} {
			if err := step(ctx); err != nil {
				return fmt.Errorf("seed the demo: %w", err)
			}
		}

		return nil
	})
}

// seeder writes the world, in the order of its methods.
type seeder struct {
	tx   *sql.Tx
	now  time.Time
	seed uint64
	r    *rand.Rand

	worlds []mapped
}

// mapped is a subject in the database.
type mapped struct {
	subject

	owner    string
	id       int64
	version  int
	snapshot int64 // the newest
	pending  bool  // it is being made
}

func (s *seeder) ago(d time.Duration) store.Time { return store.Time{Time: s.now.Add(-d)} }

func (s *seeder) insert(ctx context.Context, statement string, args ...any) (id int64, err error) {
	err = s.tx.QueryRowContext(ctx, statement+` RETURNING id`, args...).Scan(&id)

	return id, err
}

func (s *seeder) exec(ctx context.Context, statement string, args ...any) error {
	_, err := s.tx.ExecContext(ctx, statement, args...)

	return err
}

// users are the analysts, and those who can sign in to the demo.
func (s *seeder) users(ctx context.Context) error {
	for _, name := range slices.Concat([]string{"alice", "carol", "dave"}, analystNames()) {
		joined, seen := s.ago(between(s.r, 60*day, 300*day)), s.ago(between(s.r, hour, 3*day))
		if err := s.exec(ctx, `
			INSERT INTO users (username, email, display_name, created_at, updated_at, last_login_at, is_active)
			VALUES ($1, $2, $3, $4, $4, $5, 1) ON CONFLICT DO NOTHING`,
			name, email(name), displayName(name), joined, seen); err != nil {
			return err
		}
	}

	return nil
}

// displayName is the name with a capital: Alice, Analyst 07.
func displayName(name string) string {
	return strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "-", " ")
}

func (s *seeder) mappings(ctx context.Context) error {
	for i, subject := range subjects() {
		m := mapped{subject: subject, owner: analystName(i), version: 1 + s.r.IntN(4)}
		age := between(s.r, 30*day, 200*day)

		var err error

		m.id, err = s.insert(ctx, `
			INSERT INTO mappings (owner_username, name, description, current_version, created_at, updated_at, inactivity_timeout)
			VALUES ($1, $2, $3, $4, $5, $6, 'P30D')`,
			m.owner, m.name, m.description, m.version, s.ago(age), s.ago(age/time.Duration(m.version)))
		if err != nil {
			return err
		}

		for version := 1; version <= m.version; version++ {
			nodes, edges, err := m.definitions(version)
			if err != nil {
				return err
			}

			change := "Add a property"
			if version == 1 {
				change = "First version"
			}

			if err := s.exec(ctx, `
				INSERT INTO mapping_versions
					(mapping_id, version, change_description, node_definitions, edge_definitions, created_at, created_by)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				m.id, version, change, nodes, edges, s.ago(age/time.Duration(version)), m.owner); err != nil {
				return err
			}
		}

		s.worlds = append(s.worlds, m)
	}

	return nil
}

// instances are those of the sessions that are in progress, and a few that ended
// otherwise than planned.
func (s *seeder) instances(ctx context.Context) error {
	held := map[string]int{}

	const limit = 5

	for _, session := range Plan(s.seed, 0).Sessions {
		if session.Start > Dawn || session.End <= Dawn || held[session.Analyst] == limit {
			continue
		}

		held[session.Analyst]++

		age, status := Dawn-session.Start, ops.InstanceRunning
		if s.worlds[session.Subject].pending {
			age, status = min(age, 8*time.Minute), ops.InstanceWaitingForSnapshot
		}

		if err := s.instance(ctx, session, age, status, "", ""); err != nil {
			return err
		}
	}

	for i, status := range []ops.InstanceStatus{ops.InstanceSuspended, ops.InstanceFailed, ops.InstanceSuspended, ops.InstanceFailed} {
		session := planSession(s.r, 3+7*i, habitsOf(0))

		code, message := "", ""
		if status == ops.InstanceFailed {
			code, message = "OUT_OF_MEMORY", "The graph needs more memory than the instance has"
		}

		if err := s.instance(ctx, session, between(s.r, 6*hour, 20*hour), status, code, message); err != nil {
			return err
		}
	}

	return nil
}

// instance writes an instance that began so long ago.
func (s *seeder) instance(
	ctx context.Context, session Session, age time.Duration, status ops.InstanceStatus, code, message string,
) error {
	null := func(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }

	used := s.ago(between(s.r, time.Second, max(age/4, time.Minute)))

	id, err := s.insert(ctx, `
		INSERT INTO instances (snapshot_id, owner_username, wrapper_type, name, url_slug, status, error_code, error_message,
			created_at, updated_at, ttl, inactivity_timeout, resume_count)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'PT24H', 'PT4H', 0)`,
		s.worlds[session.Subject].snapshot, session.Analyst, session.Wrapper, session.Name, session.Name, status, null(code), null(message),
		s.ago(age), used)
	if err != nil {
		return err
	}

	switch status {
	case ops.InstanceWaitingForSnapshot:
		return s.exec(ctx, `UPDATE instances SET pending_snapshot_id = snapshot_id WHERE id = $1`, id)
	case ops.InstanceRunning:
		return s.exec(ctx, `UPDATE instances SET pod_name = $1, started_at = $2, last_activity_at = $3 WHERE id = $4`,
			jobs.PodName(id), s.ago(age-min(age/2, time.Minute)), used, id)
	case ops.InstanceSuspended:
		return s.exec(ctx, `UPDATE instances SET started_at = $1, last_activity_at = $2, suspended_at = $2 WHERE id = $3`,
			s.ago(age), used, id)
	case ops.InstanceStarting, ops.InstanceStopping, ops.InstanceFailed, ops.InstanceResuming:
		return nil
	default:
		return nil
	}
}
