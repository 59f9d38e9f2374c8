package controlplane

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

type mappingVersion struct {
	mappingID int64
	version   int
	exports   []export
}

// export is one node or edge definition, as far as an export job needs it.
type export struct {
	jobType, entityName, sql string
	columns                  []string
}

// findMappingVersion returns the version that the request names, or the current one.
func findMappingVersion(ctx context.Context, tx *sql.Tx, request ops.InstanceRequest) (mappingVersion, error) {
	found := mappingVersion{mappingID: request.MappingID}

	err := tx.QueryRowContext(ctx, `SELECT current_version FROM mappings WHERE id = CAST($1 AS BIGINT)`, request.MappingID).
		Scan(&found.version)
	if errors.Is(err, sql.ErrNoRows) {
		return mappingVersion{}, ops.NotFound("Mapping", request.MappingID)
	}

	if err != nil {
		return mappingVersion{}, fmt.Errorf("read mapping %d: %w", request.MappingID, err)
	}

	if request.MappingVersion != nil {
		found.version = *request.MappingVersion
	}

	var nodes, edges string

	err = tx.QueryRowContext(ctx,
		`SELECT node_definitions, edge_definitions FROM mapping_versions WHERE mapping_id = $1 AND version = CAST($2 AS BIGINT)`,
		found.mappingID, found.version).Scan(&nodes, &edges)
	if errors.Is(err, sql.ErrNoRows) {
		return mappingVersion{}, ops.NotFound("MappingVersion", fmt.Sprintf("%d/v%d", found.mappingID, found.version))
	}

	if err != nil {
		return mappingVersion{}, fmt.Errorf("read version %d of mapping %d: %w", found.version, found.mappingID, err)
	}

	found.exports, err = parseExports(nodes, edges)
	if err != nil {
		return mappingVersion{}, ops.AsError(ops.Invalid([]ops.FieldError{{
			Field: "body.mapping_id", Type: "definitions",
			Message: fmt.Sprintf("version %d of the mapping cannot be exported", found.version),
		}})).Because(err)
	}

	return found, nil
}

type property struct {
	Name string `json:"name"`
}

// parseExports reads the definitions of a mapping version, both JSON lists.
func parseExports(nodes, edges string) ([]export, error) {
	var nodeDefinitions []struct {
		Label      string     `json:"label"`
		SQL        string     `json:"sql"`
		PrimaryKey property   `json:"primary_key"`
		Properties []property `json:"properties"`
	}
	if err := json.Unmarshal([]byte(nodes), &nodeDefinitions); err != nil {
		return nil, fmt.Errorf("node_definitions: %w", err)
	}

	var edgeDefinitions []struct {
		Type       string     `json:"type"`
		SQL        string     `json:"sql"`
		FromKey    string     `json:"from_key"`
		ToKey      string     `json:"to_key"`
		Properties []property `json:"properties"`
	}
	if err := json.Unmarshal([]byte(edges), &edgeDefinitions); err != nil {
		return nil, fmt.Errorf("edge_definitions: %w", err)
	}

	columns := func(properties []property, keys ...string) []string {
		for _, p := range properties {
			keys = append(keys, p.Name)
		}

		return keys
	}

	var exports []export

	for _, d := range nodeDefinitions {
		exports = append(exports, export{"node", d.Label, d.SQL, columns(d.Properties, d.PrimaryKey.Name)})
	}

	for _, d := range edgeDefinitions {
		exports = append(exports, export{"edge", d.Type, d.SQL, columns(d.Properties, d.FromKey, d.ToKey)})
	}

	if len(exports) == 0 {
		return nil, errors.New("it has neither nodes nor edges")
	}

	return exports, nil
}

// snapshotFor returns the newest ready snapshot of the version; without one it
// creates one, which is pending until its exports are done.
func (s session) snapshotFor(
	ctx context.Context, tx *sql.Tx, request ops.InstanceRequest, version mappingVersion, rule ops.LifecycleRule,
) (id int64, pending bool, err error) {
	now := store.Time{Time: s.now()}

	// It is used now: it must not expire for lack of use, nor be deleted meanwhile.
	err = tx.QueryRowContext(ctx, `
		UPDATE snapshots SET last_used_at = $1
		 WHERE id = (SELECT MAX(id) FROM snapshots WHERE mapping_id = $2 AND mapping_version = $3 AND status = $4)
		RETURNING id`,
		now, version.mappingID, version.version, ops.SnapshotReady).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		id, err = s.createSnapshot(ctx, tx, request, version, rule)

		return id, true, err
	}

	if err != nil {
		return 0, false, fmt.Errorf("look for a snapshot: %w", err)
	}

	return id, false, nil
}

func (s session) createSnapshot(
	ctx context.Context, tx *sql.Tx, request ops.InstanceRequest, version mappingVersion, rule ops.LifecycleRule,
) (int64, error) {
	now := store.Time{Time: s.now()}
	folder := fmt.Sprintf("%s/%s/%d/v%d", s.exports.Root, url.PathEscape(s.caller.Username), version.mappingID, version.version)

	var id int64

	err := tx.QueryRowContext(ctx, `
		INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at,
			ttl, inactivity_timeout)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
		RETURNING id`,
		version.mappingID, version.version, s.caller.Username, "Snapshot for "+request.Name, folder+"/", ops.SnapshotPending, now,
		rule.DefaultTTL, rule.DefaultInactivity).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("write the snapshot: %w", err)
	}

	folder = fmt.Sprintf("%s/%d/", folder, id)
	if _, err := tx.ExecContext(ctx, `UPDATE snapshots SET gcs_path = $1 WHERE id = $2`, folder, id); err != nil {
		return 0, fmt.Errorf("write the folder of snapshot %d: %w", id, err)
	}

	for _, e := range version.exports {
		columns, err := json.Marshal(e.columns)
		if err != nil {
			return 0, err
		}

		_, err = tx.ExecContext(ctx, `
			INSERT INTO export_jobs (snapshot_id, job_type, entity_name, status, sql, column_names, starburst_catalog, poll_count,
				gcs_path, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $9)`,
			id, e.jobType, e.entityName, ops.ExportPending, e.sql, string(columns), s.exports.Catalog,
			fmt.Sprintf("%s%ss/%s/", folder, e.jobType, url.PathEscape(e.entityName)), now)
		if err != nil {
			return 0, fmt.Errorf("write an export job of snapshot %d: %w", id, err)
		}
	}

	return id, nil
}
