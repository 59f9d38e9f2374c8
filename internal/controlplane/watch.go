package controlplane

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// IsAdopted reports whether a platform made the tables, rather than [Prepare]: those have no counters.
func IsAdopted(ctx context.Context, db *store.DB) (bool, error) {
	counted, err := hasTable(ctx, db, counters)

	return !counted, err
}

// WatchEvery is how often [Watch.Look] is to be called.
const WatchEvery = time.Minute

// atWork is for how long a control plane counts as at work after it has written.
const atWork = 10 * time.Minute

// watchesOnly is what operators are told where nothing is done to a platform's tables.
const watchesOnly = "The tables belong to a platform and no cluster is configured, so they are only watched: no job changes them. " +
	"Configure the cluster (--kubeconfig or --kubernetes-in-cluster) to run the platform from here, and end its own control plane first."

// Watch looks at a platform's own tables for what its operators should know: whether another control
// plane works on them, and settings that cannot be read.
type Watch struct {
	db     *store.DB
	now    func() time.Time
	logger *slog.Logger
	only   bool
	began  time.Time

	mu sync.Mutex
	// other is what another control plane did last, "" for nothing lately.
	other string
	odd   []string
}

// NewWatch returns a watch; only says that nothing here writes to the tables.
func NewWatch(db *store.DB, now func() time.Time, logger *slog.Logger, only bool) *Watch {
	return &Watch{db: db, now: now, logger: logger, only: only, began: now()}
}

// Look looks once. The log has what began and what ended.
func (w *Watch) Look(ctx context.Context) error {
	other, err := w.lastOfOthers(ctx)
	if err != nil {
		return fmt.Errorf("look for another control plane: %w", err)
	}

	current, err := readSettings(ctx, w.db.Read())
	if err != nil {
		return err
	}

	var odd []string
	for _, err := range current.unreadable() {
		odd = append(odd, ops.AsError(err).Message+".")
	}

	w.mu.Lock()
	before := w.other
	w.other, w.odd = other, odd
	w.mu.Unlock()

	switch {
	case other != "" && before == "":
		w.logger.WarnContext(ctx, "another control plane writes to the same tables", slog.String("its_last_write", other),
			slog.Bool("only_watched_here", w.only))
	case other == "" && before != "":
		w.logger.InfoContext(ctx, "no other control plane has written to the same tables recently", slog.Duration("for", atWork))
	}

	return nil
}

// ourTimes matches moments as [store.Time] writes them; a control plane that is none of ours writes
// them otherwise.
const ourTimes = `____-__-__T__:__:__.______Z`

// lastOfOthers says what another control plane wrote last, "" for nothing lately: instances that it
// moved, as its jobs do and its callers ask for, and settings.
func (w *Watch) lastOfOthers(ctx context.Context) (string, error) {
	since := w.now().Add(-atWork)
	if since.Before(w.began) {
		since = w.began
	}

	rows, err := w.db.Read().QueryContext(ctx, `
		SELECT what, at FROM (
			SELECT 'instance ' || id AS what, REPLACE(updated_at, ' ', 'T') AS at FROM instances WHERE updated_at NOT LIKE $1
			UNION ALL
			SELECT 'setting ' || key, REPLACE(updated_at, ' ', 'T') FROM global_config WHERE updated_at NOT LIKE $1
		) AS theirs WHERE at > $2 ORDER BY at DESC LIMIT 1`, ourTimes, since.UTC().Format("2006-01-02T15:04:05"))
	if err != nil {
		return "", err
	}
	defer rows.Close()

	var what, at string

	for rows.Next() {
		if err := rows.Scan(&what, &at); err != nil {
			return "", err
		}
	}

	if what == "" || rows.Err() != nil {
		return "", rows.Err()
	}

	if moment, err := ops.ParseTime(at); err == nil {
		at = moment.UTC().Format("15:04:05 UTC")
	}

	return what + " at " + at, nil
}

// Remarks are what operators are told with the health of components.
func (w *Watch) Remarks() map[string]health.Remark {
	w.mu.Lock()
	defer w.mu.Unlock()

	remarks := map[string]health.Remark{}
	if w.only {
		remarks[ops.ComponentKubernetes] = health.Remark{Note: watchesOnly}
	}

	var database health.Remark

	switch {
	case w.other != "" && w.only:
		database.Note = "The platform's own control plane is running: its last write was " + w.other + "."
	case w.other != "":
		database.Error = "Another control plane writes to the same tables (its last write was " + w.other +
			"), and both change the platform's instances. Stop one of them."
	}

	if len(w.odd) > 0 {
		database.Error = strings.TrimSpace(database.Error + " " + strings.Join(w.odd, " "))
	}

	remarks[ops.ComponentDatabase] = database

	return remarks
}
