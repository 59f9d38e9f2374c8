package demo

import (
	"encoding/json"
	"fmt"
	"sync"
)

// column is a property of a node or an edge.
type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type nodeDefinition struct {
	Label      string   `json:"label"`
	SQL        string   `json:"sql"`
	PrimaryKey column   `json:"primary_key"`
	Properties []column `json:"properties"`
}

type edgeDefinition struct {
	Type       string   `json:"type"`
	FromNode   string   `json:"from_node"`
	ToNode     string   `json:"to_node"`
	SQL        string   `json:"sql"`
	FromKey    string   `json:"from_key"`
	ToKey      string   `json:"to_key"`
	Properties []column `json:"properties"`
}

// definitions are the node and edge definitions of a version, as JSON. Later
// versions have more properties.
func (s subject) definitions(version int) (nodes, edges string, err error) {
	extra := []column{{"name", "STRING"}, {"created_at", "TIMESTAMP"}, {"score", "DOUBLE"}, {"region", "STRING"}, {"segment", "STRING"}}
	properties := extra[:min(1+version, len(extra))]

	nodeList := make([]nodeDefinition, len(s.nodes))
	for i, n := range s.nodes {
		nodeList[i] = nodeDefinition{
			Label: n.label, SQL: s.selectNodes(n), PrimaryKey: column{n.key, "STRING"}, Properties: properties,
		}
	}

	edgeList := make([]edgeDefinition, len(s.edges))
	for i, e := range s.edges {
		edgeList[i] = edgeDefinition{
			Type: e.kind, FromNode: s.nodes[0].label, ToNode: s.nodes[min(i+1, len(s.nodes)-1)].label,
			SQL: s.selectEdges(e), FromKey: e.from, ToKey: e.to, Properties: []column{},
		}
	}

	nodeJSON, err := json.Marshal(nodeList)
	if err != nil {
		return "", "", err
	}

	edgeJSON, err := json.Marshal(edgeList)

	return string(nodeJSON), string(edgeJSON), err
}

func (s subject) selectNodes(n node) string {
	return fmt.Sprintf("SELECT %s, name, created_at FROM %s.public.%s", n.key, s.catalog, n.table)
}

func (s subject) selectEdges(e edge) string {
	return fmt.Sprintf("SELECT %s, %s FROM %s.public.%s", e.from, e.to, s.catalog, e.table)
}

// part is what one export job exports.
type part struct {
	kind, entity, sql, columns string
	rows                       int64
}

// parts are the exports of a snapshot: the first entity has the subject's rows, and
// edges are more than nodes.
func (s subject) parts() []part {
	parts := make([]part, 0, len(s.nodes)+len(s.edges))

	for i, n := range s.nodes {
		parts = append(parts, part{
			"node", n.label, s.selectNodes(n),
			fmt.Sprintf(`[%q,"name","created_at"]`, n.key), s.rows / int64(1+3*i),
		})
	}

	for i, e := range s.edges {
		parts = append(parts, part{
			"edge", e.kind, s.selectEdges(e),
			fmt.Sprintf(`[%q,%q]`, e.from, e.to), s.rows * 5 / int64(2+2*i),
		})
	}

	return parts
}

// rowsOf are the rows that the subjects export of each entity. An exporter asks at each step for each job.
//
//nolint:gochecknoglobals // the subjects are always the same
var rowsOf = sync.OnceValue(func() map[string][]int64 {
	rows := map[string][]int64{}

	for _, subject := range subjects() {
		for _, p := range subject.parts() {
			rows[p.entity] = append(rows[p.entity], p.rows)
		}
	}

	return rows
})

// bytesPerRow is about what a row takes as Parquet.
const bytesPerRow = 46

// exportErrors are what Starburst says when an export fails.
func exportErrors() []string {
	return []string{
		"EXCEEDED_TIME_LIMIT: Query exceeded the maximum execution time limit of 60.00m",
		"EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node memory limit of 12GB",
		"TABLE_NOT_FOUND: line 1:15: Table 'public.accounts_v2' does not exist",
		"REMOTE_TASK_ERROR: Expected response code to be 200, but was 500: worker lost",
		"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split gs://lake/part-00217.parquet: 403 Forbidden",
	}
}
