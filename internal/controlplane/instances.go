package controlplane

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	instancesDefaultLimit = 50
	instancesMaxLimit     = 100
	offsetMax             = 1 << 31
)

const instanceColumns = `id, snapshot_id, owner_username, wrapper_type, name, description, url_slug, instance_url, pod_name, status,
	error_message, error_code, stack_trace, created_at, updated_at, started_at, last_activity_at, ttl, inactivity_timeout,
	COALESCE(memory_usage_bytes, (SELECT m.memory_usage_bytes FROM opsconsole_instance_memory m
		WHERE m.instance_id = instances.id AND instances.status = 'running')), disk_usage_bytes, cpu_cores, progress`

// GetInstance implements [ops.Instances].
func (s session) GetInstance(ctx context.Context, id int64) (ops.Instance, error) {
	if err := s.allowAny(ctx); err != nil {
		return ops.Instance{}, err
	}

	return getInstance(ctx, s.db.Read(), id)
}

// getInstance takes any id, also one that a platform's own column, of 32 bits, cannot hold.
func getInstance(ctx context.Context, q store.Querier, id int64) (ops.Instance, error) {
	instance, err := scanInstance(q.QueryRowContext(ctx, `SELECT `+instanceColumns+` FROM instances WHERE id = CAST($1 AS BIGINT)`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return ops.Instance{}, ops.NotFound("Instance", id)
	}

	if err != nil {
		return ops.Instance{}, fmt.Errorf("read instance %d: %w", id, err)
	}

	return instance, nil
}

// ListInstances implements [ops.Instances]: the newest first.
func (s session) ListInstances(ctx context.Context, query ops.InstancesQuery) (ops.InstancesPage, error) {
	if err := s.allowAny(ctx); err != nil {
		return ops.InstancesPage{}, err
	}

	if query.Limit == 0 {
		query.Limit = instancesDefaultLimit
	}

	if err := checkInstancesQuery(query); err != nil {
		return ops.InstancesPage{}, err
	}

	page := ops.InstancesPage{Instances: []ops.Instance{}, Limit: query.Limit, Offset: query.Offset}

	list := s.listed
	if query.Search != "" {
		list = s.searched
	}

	err := list(ctx, query, &page)

	return page, err
}

// deepFrom is the offset from which a page is looked for by ids alone, and from the nearer end.
const deepFrom = 1000

// listed fills the page with what the owner and the state select. An index finds the
// page, the counters know how many there are.
func (cp *ControlPlane) listed(ctx context.Context, query ops.InstancesQuery, page *ops.InstancesPage) error {
	where, order, args := instancesWhere(query)

	total, err := cp.countInstances(ctx, query)
	if err != nil {
		return fmt.Errorf("count the instances: %w", err)
	}

	page.Total = total
	statement := `SELECT ` + instanceColumns + ` FROM instances ` + where +
		` ORDER BY ` + order + `id DESC` + limited(query.Limit, query.Offset)

	if query.Offset >= deepFrom {
		statement = `SELECT ` + instanceColumns + ` FROM instances WHERE id IN (` + deep(query, where, order, total) + `) ORDER BY id DESC`
	}

	page.Instances, err = cp.readInstances(ctx, statement, args)

	return err
}

// deep selects the ids of a page that lies far back: rows that an offset leaves out are read all the same, and of an index that
// is less. What lies beyond the middle is counted from the end.
func deep(query ops.InstancesQuery, where, order string, total int) string {
	ids := `SELECT id FROM instances ` + where + ` ORDER BY `

	before := total - query.Offset - query.Limit // how many come after the page
	if before >= query.Offset || total <= query.Offset {
		return ids + order + `id DESC` + limited(query.Limit, query.Offset)
	}

	return ids + strings.ReplaceAll(order, " DESC", "") + `id` + limited(min(query.Limit, total-query.Offset), max(0, before))
}

func limited(limit, offset int) string { return fmt.Sprintf(` LIMIT %d OFFSET %d`, limit, offset) }

func (cp *ControlPlane) readInstances(ctx context.Context, statement string, args []any, more ...any) ([]ops.Instance, error) {
	rows, err := cp.db.Read().QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read the instances: %w", err)
	}
	defer rows.Close()

	instances := []ops.Instance{}

	for rows.Next() {
		instance, err := scanInstance(rows, more...)
		if err != nil {
			return nil, fmt.Errorf("read an instance: %w", err)
		}

		instances = append(instances, instance)
	}

	return instances, rows.Err()
}

func checkInstancesQuery(query ops.InstancesQuery) error {
	var errs []ops.FieldError

	errs = append(errs, ops.CheckText("query.owner", query.Owner, usernameMax)...)
	errs = checkOneOf(errs, "query.status", query.Status, ops.InstanceStatuses())
	errs = append(errs, ops.CheckText("query.search", query.Search, nameMax)...)
	errs = append(errs, ops.CheckRange("query.offset", query.Offset, 0, offsetMax)...)
	errs = append(errs, ops.CheckRange("query.limit", query.Limit, 1, instancesMaxLimit)...)

	return ops.Invalid(errs)
}

// instancesWhere selects an owner's, and those in a state, so that an index alone
// finds them, as in [session.GetExportJobs].
func instancesWhere(query ops.InstancesQuery) (where, order string, args []any) {
	var conditions []string

	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, strings.ReplaceAll(condition, "?", placeholder(len(args))))
	}

	switch {
	case query.Owner != "" && query.Status != "":
		add(`owner_username = ?`, query.Owner)
	case query.Owner != "":
		add(`owner_username >= ? AND owner_username <= ?`, query.Owner)

		order = `owner_username DESC, `
	}

	if query.Status != "" {
		add(`status >= ? AND status <= ?`, query.Status)

		order = `status DESC, `
	}

	if len(conditions) == 0 {
		return "", "", nil
	}

	return "WHERE " + strings.Join(conditions, " AND "), order, args
}

// countInstances counts all that the owner and the state select.
func (cp *ControlPlane) countInstances(ctx context.Context, query ops.InstancesQuery) (total int, err error) {
	want := counted{subject: "instances", ofOwner: true, owner: query.Owner, status: string(query.Status)}
	err = cp.eachCount(ctx, want, func(c count) { total += c.n })

	return total, err
}

// scanner is what *sql.Row and *sql.Rows have in common.
type scanner interface{ Scan(dest ...any) error }

// scanInstance reads the instance's columns, and into more those that stand behind them.
func scanInstance(row scanner, more ...any) (ops.Instance, error) {
	var (
		i                                   ops.Instance
		slug, progress                      sql.NullString
		created, updated, started, activity nullTime
	)

	columns := []any{
		&i.ID, &i.SnapshotID, &i.OwnerUsername, &i.WrapperType, &i.Name, &i.Description, &slug, &i.InstanceURL,
		&i.PodName, &i.Status, &i.ErrorMessage, &i.ErrorCode, &i.StackTrace, &created, &updated, &started, &activity,
		&i.TTL, &i.InactivityTimeout, &i.MemoryUsageBytes, &i.DiskUsageBytes, &i.CPUCores, &progress,
	}

	err := row.Scan(append(columns, more...)...)
	if err != nil {
		return ops.Instance{}, err
	}

	i.URLSlug, i.Progress = slug.String, asJSON(progress)
	i.StartedAt, i.LastActivityAt = started.Time, activity.Time

	if created.Time != nil {
		i.CreatedAt = *created.Time
		i.ExpiresAt = expiry(*created.Time, i.TTL)
	}

	if updated.Time != nil {
		i.UpdatedAt = *updated.Time
	}

	return i, nil
}

// expiry is when what was created then is past its ttl; nil for never, and where that cannot be read.
func expiry(created ops.Time, ttl *string) *ops.Time {
	if ttl == nil {
		return nil
	}

	after, err := ops.ReadDuration(*ttl)
	if err != nil {
		return nil
	}

	at := ops.At(created.Add(after))

	return &at
}

// asJSON is a column of JSON text: what is none is told as text.
func asJSON(column sql.NullString) json.RawMessage {
	switch {
	case column.String == "":
		return nil
	case json.Valid([]byte(column.String)):
		return json.RawMessage(column.String)
	}

	text, err := json.Marshal(column.String)
	if err != nil {
		return nil
	}

	return text
}
