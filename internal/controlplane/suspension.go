package controlplane

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// SuspendInstance implements [ops.Instances]. Its pod is ended as that of one which the lifecycle job suspends.
func (s session) SuspendInstance(ctx context.Context, id int64) (ops.Instance, error) {
	return s.changeInstance(ctx, id, func(tx *sql.Tx, instance ops.Instance) error {
		if err := wantStatus(instance, "suspended", ops.InstanceRunning); err != nil {
			return err
		}

		if err := s.canEndPod(instance, "suspend"); err != nil {
			return err
		}

		_, err := tx.ExecContext(ctx, `UPDATE instances SET status = $1, suspended_at = $2, updated_at = $2 WHERE id = $3`,
			ops.InstanceSuspended, store.Time{Time: s.now()}, id)

		return err
	})
}

// ResumeInstance implements [ops.Instances]. It counts against the limit of the instance's owner,
// whoever asks, and against the cluster's.
func (s session) ResumeInstance(ctx context.Context, id int64) (resumed ops.Instance, err error) {
	if err := s.allowAny(ctx); err != nil {
		return ops.Instance{}, err
	}

	defer s.recount.forget()

	// As creating: one at a time, so that a race never exceeds a limit.
	err = s.changeSettings(ctx, func(tx *sql.Tx, current settings) error {
		instance, err := s.ownOrAny(ctx, tx, id)
		if err == nil {
			err = wantStatus(instance, "resumed", ops.InstanceSuspended)
		}

		switch {
		case err != nil:
			return err
		case s.watchOnly:
			return ops.Unavailable("instances", fmt.Sprintf(
				"No cluster is configured here, so nothing would create a pod for instance %d: "+
					"resume it at the platform's own control plane, or configure the cluster", id))
		case instance.PodName != nil: // One of the same name cannot be made meanwhile.
			return invalidState(instance, fmt.Sprintf(
				"The previous pod of instance %d is still terminating: try again in a few seconds", id))
		}

		// Those that resume already are about to count.
		counts := append(activeStatuses(), ops.InstanceResuming)
		if err := s.admit(ctx, tx, current, instance.OwnerUsername, counts); err != nil {
			return err
		}

		if _, err := tx.ExecContext(ctx, `UPDATE instances SET status = $1, updated_at = $2, suspended_at = NULL,
			resume_count = COALESCE(resume_count, 0) + 1, error_code = NULL, error_message = NULL WHERE id = $3`,
			ops.InstanceResuming, store.Time{Time: s.now()}, id); err != nil {
			return err
		}

		resumed, err = getInstance(ctx, tx, id)

		return err
	})

	return resumed, err
}

// UpdateInstanceLifecycle implements [ops.Instances].
func (s session) UpdateInstanceLifecycle(ctx context.Context, id int64, update ops.InstanceLifecycle) (ops.Instance, error) {
	return s.changeInstance(ctx, id, func(tx *sql.Tx, instance ops.Instance) error {
		errs := checkDuration(nil, "body.ttl", update.TTL)
		if err := ops.Invalid(checkDuration(errs, "body.inactivity_timeout", update.InactivityTimeout)); err != nil {
			return err
		}

		if instance.Status == ops.InstanceStopping {
			return invalidState(instance, fmt.Sprintf("Instance %d is stopping: its time to live can no longer be changed", id))
		}

		current, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}

		lifecycle, err := typed[ops.LifecycleConfig](current, ops.SectionLifecycle)
		if err != nil {
			return err
		}

		if err := checkMaxTTL(update.TTL, lifecycle.Instance.MaxTTL); err != nil {
			return err
		}

		_, err = tx.ExecContext(ctx, `UPDATE instances SET ttl = COALESCE($1, ttl), inactivity_timeout = COALESCE($2, inactivity_timeout),
			updated_at = $3 WHERE id = $4`, update.TTL, update.InactivityTimeout, store.Time{Time: s.now()}, id)

		return err
	})
}

// changeInstance changes an instance of the caller's, or any as admin and ops, and returns what it is then.
func (s session) changeInstance(
	ctx context.Context, id int64, change func(tx *sql.Tx, instance ops.Instance) error,
) (changed ops.Instance, err error) {
	if err := s.allowAny(ctx); err != nil {
		return ops.Instance{}, err
	}

	defer s.recount.forget()

	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		instance, err := s.ownOrAny(ctx, tx, id)
		if err != nil {
			return err
		}

		if err := change(tx, instance); err != nil {
			return err
		}

		changed, err = getInstance(ctx, tx, id)

		return err
	})

	return changed, err
}

// ownOrAny takes an instance's row, so that it stays what it is until the transaction ends, for its
// owner, admin and ops.
func (s session) ownOrAny(ctx context.Context, tx *sql.Tx, id int64) (ops.Instance, error) {
	if _, err := tx.ExecContext(ctx, `UPDATE instances SET status = status WHERE id = CAST($1 AS BIGINT)`, id); err != nil {
		return ops.Instance{}, fmt.Errorf("take instance %d: %w", id, err)
	}

	instance, err := getInstance(ctx, tx, id)
	if err != nil {
		return ops.Instance{}, err
	}

	return instance, s.permit(instance)
}

// permit lets the owner of an instance through, admin and ops.
func (s session) permit(instance ops.Instance) error {
	if role, _ := ops.ParseRole(string(s.caller.Role)); role == ops.RoleAnalyst && instance.OwnerUsername != s.caller.Username {
		return &ops.Error{
			Code:    ops.CodePermissionDenied,
			Message: fmt.Sprintf("Instance %d belongs to somebody else: only its owner, admin and ops may do this", instance.ID),
		}
	}

	return nil
}

// canEndPod refuses where nothing would end the instance's pod.
func (s session) canEndPod(instance ops.Instance, instead string) error {
	if !s.watchOnly {
		return nil
	}

	return ops.Unavailable("instances", fmt.Sprintf("No cluster is configured here, so nothing would end the pod of instance %d: "+
		"%s it at the platform's own control plane, or configure the cluster", instance.ID, instead))
}

func wantStatus(instance ops.Instance, done string, status ops.InstanceStatus) error {
	if instance.Status == status {
		return nil
	}

	return invalidState(instance,
		fmt.Sprintf("Instance %d is %s: only a %s instance can be %s", instance.ID, instance.Status, status, done))
}

func invalidState(instance ops.Instance, message string) error {
	return &ops.Error{Code: ops.CodeInvalidState, Message: message, Details: map[string]any{"status": string(instance.Status)}}
}
