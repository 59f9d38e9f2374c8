package controlplane

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// CreateInstance implements [ops.Instances]. Maintenance, both limits and the rows
// that are written are one transaction, and there is one of them at a time, so that
// a race never exceeds a limit.
func (s session) CreateInstance(ctx context.Context, request ops.InstanceRequest) (ops.Instance, error) {
	if err := s.allowAny(ctx); err != nil {
		return ops.Instance{}, err
	}

	if err := checkInstanceRequest(request); err != nil {
		return ops.Instance{}, err
	}

	var created ops.Instance

	err := s.changeSettings(ctx, func(tx *sql.Tx, current settings) error {
		if err := refuseInMaintenance(current); err != nil {
			return err
		}

		version, err := findMappingVersion(ctx, tx, request)
		if err != nil {
			return err
		}

		lifecycle, err := typed[ops.LifecycleConfig](current, ops.SectionLifecycle)
		if err != nil {
			return err
		}

		rule := lifecycle.Instance
		if err := checkMaxTTL(request.TTL, rule.MaxTTL); err != nil {
			return err
		}

		if err := s.admit(ctx, tx, current, s.caller.Username, activeStatuses()); err != nil {
			return err
		}

		if request.TTL == nil {
			request.TTL = rule.DefaultTTL
		}

		if request.InactivityTimeout == nil {
			request.InactivityTimeout = rule.DefaultInactivity
		}

		created, err = s.insertInstance(ctx, tx, request, version, lifecycle.Snapshot)

		return err
	})
	if err != nil {
		return ops.Instance{}, err
	}

	s.recount.forget()

	return created, nil
}

func refuseInMaintenance(current settings) error {
	mode, err := typed[ops.MaintenanceMode](current, ops.SectionMaintenance)
	if err != nil || !mode.Enabled {
		return err
	}

	if strings.TrimSpace(mode.Message) == "" {
		mode.Message = "The platform is in maintenance: no instances can be created now"
	}

	return ops.Unavailable("instances", mode.Message)
}

// admit refuses when the owner, or the cluster, has as many instances in the states that
// count as the limits allow.
func (cp *ControlPlane) admit(ctx context.Context, tx *sql.Tx, current settings, owner string, count []ops.InstanceStatus) error {
	limits, err := typed[ops.ConcurrencyConfig](current, ops.SectionConcurrency)
	if err != nil {
		return err
	}

	for _, limit := range []struct {
		name, owner string
		allowed     int
	}{
		{"per_analyst", owner, limits.PerAnalyst},
		{"cluster_total", "", limits.ClusterTotal},
	} {
		active, err := cp.countOwned(ctx, tx, limit.owner, count)
		if err != nil {
			return err
		}

		if active >= limit.allowed {
			return &ops.Error{
				Code:    ops.CodeConcurrencyLimitExceeded,
				Message: fmt.Sprintf("Concurrency limit exceeded: %d of %d (%s)", active, limit.allowed, limit.name),
				Details: map[string]any{"limit_type": limit.name, "current_count": active, "max_allowed": limit.allowed},
			}
		}
	}

	return nil
}

// countOwned counts the owner's instances in the states, or, when the owner is "", everybody's.
func (cp *ControlPlane) countOwned(ctx context.Context, q store.Querier, owner string, statuses []ops.InstanceStatus) (int, error) {
	from := counters
	if cp.recount != nil {
		from = countedAfresh
	}

	args, in := []any{owner}, make([]string, len(statuses))
	for i, status := range statuses {
		args = append(args, status)
		in[i] = placeholder(len(args))
	}

	var n int

	err := q.QueryRowContext(ctx, `SELECT COALESCE(SUM(n), 0) FROM `+from+`
		WHERE subject = 'instances' AND owner_username = $1 AND status IN (`+strings.Join(in, ", ")+`)`, args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the active instances: %w", err)
	}

	return n, nil
}

// insertInstance writes the instance. While its snapshot is not there yet it is the
// pending one too; snapshot_id always names it, as today's platform has it NOT NULL.
func (s session) insertInstance(
	ctx context.Context, tx *sql.Tx, request ops.InstanceRequest, version mappingVersion, snapshotRule ops.LifecycleRule,
) (ops.Instance, error) {
	snapshot, pending, err := s.snapshotFor(ctx, tx, request, version, snapshotRule)
	if err != nil {
		return ops.Instance{}, err
	}

	var pendingID *int64
	if pending {
		pendingID = &snapshot
	}

	var id int64

	err = tx.QueryRowContext(ctx, `
		INSERT INTO instances (snapshot_id, pending_snapshot_id, owner_username, wrapper_type, name, description, url_slug, status,
			created_at, updated_at, ttl, inactivity_timeout, resume_count, cpu_cores)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, 0, $12)
		RETURNING id`,
		snapshot, pendingID, s.caller.Username, request.WrapperType, request.Name, request.Description, newSlug(),
		ops.InstanceWaitingForSnapshot, store.Time{Time: s.now()}, request.TTL, request.InactivityTimeout, request.CPUCores).Scan(&id)
	if err != nil {
		return ops.Instance{}, fmt.Errorf("write the instance: %w", err)
	}

	return getInstance(ctx, tx, id)
}

// newSlug cannot be guessed, and is fit for a host name and for the name of a pod.
func newSlug() string { return strings.ToLower(rand.Text()) }

func checkInstanceRequest(r ops.InstanceRequest) error {
	var errs []ops.FieldError

	if r.MappingID < 1 {
		errs = append(errs, ops.FieldError{Field: "body.mapping_id", Message: "must be 1 or more", Type: "range"})
	}

	if r.MappingVersion != nil && *r.MappingVersion < 1 {
		errs = append(errs, ops.FieldError{Field: "body.mapping_version", Message: "must be 1 or more", Type: "range"})
	}

	if !slices.Contains([]string{"ryugraph", "falkordb"}, r.WrapperType) {
		errs = append(errs, ops.FieldError{Field: "body.wrapper_type", Message: "must be one of ryugraph, falkordb", Type: "enum"})
	}

	if !ops.Visible(r.Name) {
		errs = append(errs, ops.FieldError{Field: "body.name", Message: "is required", Type: "string_too_short"})
	}

	errs = append(errs, ops.CheckText("body.name", r.Name, nameMax)...)

	if r.Description != nil {
		errs = append(errs, ops.CheckText("body.description", *r.Description, descriptionMax)...)
	}

	if r.CPUCores != nil {
		errs = append(errs, ops.CheckRange("body.cpu_cores", *r.CPUCores, 1, coresMax)...)
	}

	errs = checkDuration(errs, "body.ttl", r.TTL)
	errs = checkDuration(errs, "body.inactivity_timeout", r.InactivityTimeout)

	return ops.Invalid(errs)
}

func checkDuration(errs []ops.FieldError, field string, value *string) []ops.FieldError {
	if value == nil {
		return errs
	}

	if _, err := ops.ParseDuration(*value); err != nil {
		return append(errs, ops.FieldError{Field: field, Message: err.Error(), Type: "duration"})
	}

	return errs
}

// checkMaxTTL compares a valid ttl with the longest that is allowed. A maximum that
// is no duration, as today's platform lets one be set, forbids nothing.
func checkMaxTTL(ttl, longest *string) error {
	if ttl == nil || longest == nil {
		return nil
	}

	wanted, err := ops.ReadDuration(*ttl)
	if err != nil {
		return err
	}

	if allowed, err := ops.ReadDuration(*longest); err != nil || wanted <= allowed {
		return nil //nolint:nilerr // see above
	}

	return ops.Invalid([]ops.FieldError{{
		Field: "body.ttl", Message: fmt.Sprintf("%s is longer than the maximum, %s", *ttl, *longest), Type: "greater_than_max_ttl",
	}})
}
