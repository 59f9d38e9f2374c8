package jobs

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

const (
	// attemptFor bounds one attempt to make a pod: when it is over, so is what the
	// attempt asked for.
	attemptFor = 10 * time.Second
	// The time between two attempts doubles from the first to the second.
	attemptAgain    = time.Second
	attemptAgainMax = time.Minute
	// giveUpAfter is for how long a pod is tried for that the cluster refuses: meanwhile
	// the instance counts against the limits. A cluster that is away is waited for.
	giveUpAfter = 15 * time.Minute
)

// create makes the instance's pod, if it is time to try and nobody else does.
func (r *PodRuntime) create(ctx context.Context, k kept) error {
	now := r.now()
	if k.attempts > 0 && now.Before(k.nextAt.Time) {
		return nil
	}

	if claimed, err := r.claim(ctx, k, now); !claimed || err != nil {
		return err
	}

	if k.attempts++; k.attempts == 1 {
		k.firstAt = store.Time{Time: now}
	}

	attempt, cancel := context.WithTimeout(ctx, attemptFor)
	defer cancel()

	pod, err := r.cluster.CreatePod(attempt, PodRequest{
		Name: k.podName(), InstanceID: k.id, Slug: k.slug, Owner: k.owner, Wrapper: k.wrapper, Snapshot: k.snapshot,
		Cores: k.cores,
	})
	if err == nil {
		return r.created(ctx, k, pod)
	}

	if explained := r.explain(ctx, k, err); explained != nil || !unreachable(err) {
		return explained
	}

	return errAway
}

// claim writes the intention to make the pod down, and makes the attempt ours: there
// is no other before this one is over, however it ends.
func (r *PodRuntime) claim(ctx context.Context, k kept, now time.Time) (bool, error) {
	next := store.Time{Time: now.Add(attemptFor)}

	return r.update(ctx, `
		INSERT INTO opsconsole_pod_attempts AS a (instance_id, attempts, first_at, last_at, next_at) VALUES ($1, 1, $2, $2, $3)
		ON CONFLICT (instance_id) DO UPDATE SET attempts = a.attempts + 1, last_at = excluded.last_at, next_at = excluded.next_at
		 WHERE a.attempts = $4`, k.id, store.Time{Time: now}, next, k.attempts)
}

// created remembers the pod. An instance that was deleted meanwhile does not want it
// any more: it is found by its name when that one ends.
func (r *PodRuntime) created(ctx context.Context, k kept, pod Pod) error {
	return r.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			UPDATE instances SET pod_name = $1, error_code = NULL, error_message = NULL, updated_at = $2,
			       cpu_cores = COALESCE($3, cpu_cores), memory_gb = COALESCE($4, memory_gb)
			 WHERE id = $5 AND status = $6 AND pod_name IS NULL`,
			pod.Name, r.at(), positive(pod.Cores), positive(pod.MemoryBytes/gibibyte), k.id, k.status); err != nil {
			return err
		}

		return forgetAttempts(ctx, tx, k.id)
	})
}

func positive(n int64) sql.NullInt64 { return sql.NullInt64{Int64: n, Valid: n > 0} }

// explain writes down why there is no pod yet and when to try again, or gives the
// instance up when it was refused for too long.
func (r *PodRuntime) explain(ctx context.Context, k kept, cause error) error {
	var refusal *ClusterError

	words := "The pod could not be created; the log has the cause."
	if errors.As(cause, &refusal) {
		words = refusal.Words
	}

	if words != k.message {
		r.logger.WarnContext(ctx, "the pod of an instance could not be created; it will be tried again",
			slog.Int64("instance", k.id), slog.String("words", words), slog.Any("cause", errors.Unwrap(cause)))
	}

	over := refusal != nil && refusal.Refused && r.now().Sub(k.firstAt.Time) >= giveUpAfter

	return r.db.Tx(ctx, func(tx *sql.Tx) error {
		if !over {
			if _, err := tx.ExecContext(ctx,
				`UPDATE opsconsole_pod_attempts SET next_at = $1 WHERE instance_id = $2 AND attempts = $3`,
				store.Time{Time: r.now().Add(k.backoff())}, k.id, k.attempts); err != nil {
				return err
			}

			_, err := tx.ExecContext(ctx, `
				UPDATE instances SET error_code = $1, error_message = $2 WHERE id = $3 AND status = $4 AND pod_name IS NULL`,
				codeStartupFailed, words, k.id, k.status)

			return err
		}

		if _, err := tx.ExecContext(ctx, `
			UPDATE instances SET status = 'failed', error_code = $1, error_message = $2, updated_at = $3
			 WHERE id = $4 AND status = $5 AND pod_name IS NULL`,
			codeStartupFailed, words, r.at(), k.id, k.status); err != nil {
			return err
		}

		return forgetAttempts(ctx, tx, k.id)
	})
}

// backoff is the time to the next attempt.
func (k kept) backoff() time.Duration {
	const doublings = 10 // more than enough

	return min(attemptAgain<<min(k.attempts-1, doublings), attemptAgainMax)
}

func forgetAttempts(ctx context.Context, tx *sql.Tx, instance int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_pod_attempts WHERE instance_id = $1`, instance)

	return err
}
