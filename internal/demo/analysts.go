//nolint:mnd // the numbers describe a made-up world
package demo

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// callTimeout is how long an analyst waits for the control plane.
const callTimeout = 10 * time.Second

// begin looks for the instances of sessions that have begun already, and lets those
// that no session of today knows be ended in the next hours.
func (w *Workload) begin(ctx context.Context) error {
	planned := map[key]bool{}
	for _, session := range Plan(w.seed, 0).Sessions {
		planned[key{session.Analyst, session.Name}] = true
	}

	r := random(w.seed, streamLeftovers)
	w.agenda, w.open = agenda{}, map[key]int64{}

	for _, name := range analystNames() {
		page, err := w.list(ctx, name)
		if err != nil {
			return err
		}

		for _, instance := range page.Instances {
			k := key{name, instance.Name}
			w.open[k] = instance.ID

			if !planned[k] {
				at := Dawn + between(r, 10*time.Minute, 5*hour)
				w.agenda.add(at, func(ctx context.Context) error { return w.end(ctx, k) })
			}
		}
	}

	w.began = w.now()

	return nil
}

func (w *Workload) list(ctx context.Context, analyst string) (ops.InstancesPage, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()

	const most = 100

	return w.platform.InstancesAs(caller(analyst)).ListInstances(ctx, ops.InstancesQuery{Owner: analyst, Limit: most})
}

// create begins a session. An analyst who is refused does something else today.
func (w *Workload) create(ctx context.Context, session Session) error {
	mapping, err := w.mapping(ctx, session.Subject)
	if err != nil {
		return err
	}

	request := ops.InstanceRequest{MappingID: mapping, WrapperType: session.Wrapper, Name: session.Name}

	if session.Forgotten {
		// The default of four hours is real time, in which nobody waits for it here.
		timeout := ops.FormatDuration(w.scale(4 * hour))
		request.InactivityTimeout = &timeout
	}

	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()

	instance, err := w.platform.InstancesAs(caller(session.Analyst)).CreateInstance(ctx, request)
	if err != nil {
		return w.refused(ctx, "create", session.Analyst, err)
	}

	w.stats.Created++
	w.open[key{session.Analyst, session.Name}] = instance.ID

	return nil
}

// end ends a session's instance, if there is one still.
func (w *Workload) end(ctx context.Context, k key) error {
	id, open := w.open[k]
	if !open {
		return nil
	}

	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()

	err := w.platform.InstancesAs(caller(k.analyst)).DeleteInstance(ctx, id)

	switch {
	case err == nil:
		w.stats.Ended++
	case ops.AsError(err).Code != ops.CodeNotFound: // past its ttl, it went by itself
		return w.refused(ctx, "end", k.analyst, err)
	}

	delete(w.open, k)

	return nil
}

// refused takes a refusal for what it is; any other error is returned.
func (w *Workload) refused(ctx context.Context, what, analyst string, err error) error {
	var refusal *ops.Error
	if !errors.As(err, &refusal) || refusal.Code == ops.CodeInternal {
		return err
	}

	w.stats.Refused[refusal.Code]++
	w.logger.DebugContext(ctx, "an analyst was refused",
		slog.String("what", what), slog.String("analyst", analyst), slog.String("code", string(refusal.Code)))

	return nil
}

// use says that the instances of today's sessions are in use, as they would
// themselves; the forgotten ones are not.
func (w *Workload) use(ctx context.Context, today Day) error {
	return w.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, session := range today.Sessions {
			id, open := w.open[key{session.Analyst, session.Name}]
			if !open || session.Forgotten {
				continue
			}

			if _, err := tx.ExecContext(ctx, `UPDATE instances SET last_activity_at = $1 WHERE id = $2 AND status = 'running'`,
				store.Time{Time: w.now()}, id); err != nil {
				return err
			}
		}

		return nil
	})
}

// mapping returns the id of a subject's mapping.
func (w *Workload) mapping(ctx context.Context, subject int) (id int64, err error) {
	err = w.db.Read().QueryRowContext(ctx, `SELECT id FROM mappings WHERE owner_username = $1 AND name = $2`,
		analystName(subject), subjects()[subject].name).Scan(&id)

	return id, err
}

// edit adds a version to a mapping, as its owner would in the platform's editor. The
// next use of the mapping exports it anew.
func (w *Workload) edit(ctx context.Context, edit Edit) error {
	subject, owner := subjects()[edit.Subject], analystName(edit.Subject)

	return w.db.Tx(ctx, func(tx *sql.Tx) error {
		now := store.Time{Time: w.now()}

		var (
			id      int64
			version int
		)

		if err := tx.QueryRowContext(ctx, `
			UPDATE mappings SET current_version = current_version + 1, updated_at = $1 WHERE owner_username = $2 AND name = $3
			RETURNING id, current_version`, now, owner, subject.name).Scan(&id, &version); err != nil {
			return err
		}

		nodes, edges, err := subject.definitions(version)
		if err != nil {
			return err
		}

		_, err = tx.ExecContext(ctx, `
			INSERT INTO mapping_versions
				(mapping_id, version, change_description, node_definitions, edge_definitions, created_at, created_by)
			VALUES ($1, $2, 'Add a property', $3, $4, $5, $6)`, id, version, nodes, edges, now, owner)

		return err
	})
}
