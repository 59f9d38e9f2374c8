package backup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Schedule says when a running console copies its database.
type Schedule struct {
	// Dir is the folder of the copies; Every is the time between two, Keep how many are kept.
	Dir   string
	Every time.Duration
	Keep  int
}

// fileLayout is a copy's name, with when it was begun; names sort as times do.
const fileLayout = "opsconsole-20060102T150405Z.db"

// retryAfter is when what failed is tried again, if that is before the next is due.
const retryAfter = 5 * time.Minute

// Keeper makes copies again and again and keeps the newest.
type Keeper struct {
	schedule    Schedule
	databaseURL string
	now         func() time.Time

	mu     sync.Mutex
	status Status
	tried  time.Time
}

// Status is how the copies do.
type Status struct {
	// LastAt is when the newest was begun, nil when there is none.
	LastAt *time.Time `json:"last_at"`
	// Error says why the last attempt failed, "" when it did not.
	Error string `json:"error"`
}

// NewKeeper returns the one of a SQLite database; now is the clock.
func NewKeeper(databaseURL string, schedule Schedule, now func() time.Time) *Keeper {
	return &Keeper{schedule: schedule, databaseURL: databaseURL, now: now}
}

// Status returns how the last attempt ended.
func (k *Keeper) Status() Status {
	k.mu.Lock()
	defer k.mu.Unlock()

	return k.status
}

// Tick makes a copy when one is due, and removes those that are too many once it is there.
func (k *Keeper) Tick(ctx context.Context) error {
	now := k.now().UTC()

	names, err := k.names()
	if err == nil && !k.due(names, now) {
		return nil
	}

	if err == nil {
		err = k.keep(ctx, now)
	}

	k.mu.Lock()
	defer k.mu.Unlock()

	k.tried, k.status.Error = now, ""
	if err != nil {
		k.status.Error = err.Error()

		return fmt.Errorf("back up the database: %w", err)
	}

	k.status.LastAt = &now

	return nil
}

// due reports whether it is time for a copy. One of the future was made before the clock was set back.
func (k *Keeper) due(names []string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()

	last := time.Time{}

	for _, name := range slices.Backward(names) {
		if at, err := time.Parse(fileLayout, name); err == nil && !at.After(now) {
			last, k.status.LastAt = at, &at

			break
		}
	}

	failed := k.status.Error != ""

	return now.Sub(last) >= k.schedule.Every && (!failed || now.Sub(k.tried) >= retryAfter || now.Before(k.tried))
}

func (k *Keeper) keep(ctx context.Context, now time.Time) error {
	if err := k.sweep(); err != nil {
		return err
	}

	if _, err := Write(ctx, k.databaseURL, filepath.Join(k.schedule.Dir, now.Format(fileLayout)), now); err != nil {
		return err
	}

	names, err := k.names()
	if err != nil {
		return err
	}

	// What is of the future was made before the clock was set back: it is older than the rest.
	made := slices.Index(names, now.Format(fileLayout))
	names = slices.Concat(names[made+1:], names[:made+1])

	for len(names) > k.schedule.Keep {
		if err := os.Remove(filepath.Join(k.schedule.Dir, names[0])); err != nil {
			return err
		}

		names = names[1:]
	}

	return nil
}

// sweep removes what copies left that were cut short: the console writes one at a time.
func (k *Keeper) sweep() error {
	files, err := os.ReadDir(k.schedule.Dir)
	if err != nil {
		return err
	}

	for _, file := range files {
		name, _, cut := strings.Cut(file.Name(), partialSuffix)
		if _, err := time.Parse(fileLayout, name); !cut || err != nil {
			continue
		}

		if err := removeAll(filepath.Join(k.schedule.Dir, name+partialSuffix)); err != nil {
			return err
		}
	}

	return nil
}

// names are the copies, oldest first. Whatever else is in the folder is not looked at.
func (k *Keeper) names() ([]string, error) {
	if err := os.MkdirAll(k.schedule.Dir, 0o700); err != nil {
		return nil, err
	}

	files, err := os.ReadDir(k.schedule.Dir)
	if err != nil {
		return nil, err
	}

	var names []string

	for _, file := range files {
		if _, err := time.Parse(fileLayout, file.Name()); err == nil && file.Type().IsRegular() {
			names = append(names, file.Name())
		}
	}

	slices.Sort(names)

	return names, nil
}
