package controlplane_test

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func itoa(i int) string { return strconv.Itoa(i) }

// TestAnInstanceSaysAllThatIsStored: what a platform has written is told, also where it is odd.
func TestAnInstanceSaysAllThatIsStored(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 3, 0)
		exec(t, p.db, `UPDATE instances SET progress = '{"phase": "loading", "steps": [1]}', ttl = 'P1DT1H', disk_usage_bytes = 4711, cpu_cores = 3
			WHERE id = 1`)
		exec(t, p.db, `UPDATE instances SET progress = '40 per cent', ttl = 'soon', cpu_cores = NULL WHERE id = 2`)
		exec(t, p.db, `UPDATE instances SET status = 'running', memory_usage_bytes = NULL, cpu_cores = NULL WHERE id = 3`)
		exec(t, p.db, `INSERT INTO opsconsole_instance_memory (instance_id, memory_usage_bytes) VALUES (3, 5000000000)`)

		for id, want := range map[int64]string{
			1: `{"cores":3,"disk":4711,"expires":"2026-03-02T09:00:00Z","memory":null,"progress":{"phase":"loading","steps":[1]}}`,
			2: `{"cores":null,"disk":null,"expires":null,"memory":null,"progress":"40 per cent"}`,
			3: `{"cores":null,"disk":null,"expires":null,"memory":5000000000,"progress":null}`,
		} {
			i := must[ops.Instance](t)(p.InstancesAs(alice).GetInstance(t.Context(), id))

			got, err := json.Marshal(map[string]any{
				"cores": i.CPUCores, "disk": i.DiskUsageBytes, "expires": i.ExpiresAt, "memory": i.MemoryUsageBytes, "progress": i.Progress,
			})
			if err != nil || string(got) != want {
				t.Errorf("instance %d says %s, %v, want %s", id, got, err, want)
			}
		}
	})
}

func TestListInstances(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 3, 210, 0)
		exec(t, p.db, `UPDATE instances SET name = '100% Sure' WHERE id = 1`)
		exec(t, p.db, `UPDATE instances SET name = 'under_score', description = 'back\slash' WHERE id = 2`)
		exec(t, p.db, `UPDATE instances SET description = 'SURELY' WHERE id = 3`)

		for name, test := range map[string]struct {
			query       ops.InstancesQuery
			total, rows int
			first       int64
		}{
			"all":               {ops.InstancesQuery{}, 210, 50, 210},
			"a page":            {ops.InstancesQuery{Limit: 100, Offset: 150}, 210, 60, 60},
			"behind the end":    {ops.InstancesQuery{Offset: 210}, 210, 0, 0},
			"of an owner":       {ops.InstancesQuery{Owner: "analyst-1"}, 70, 50, 209},
			"of nobody":         {ops.InstancesQuery{Owner: "nobody"}, 0, 0, 0},
			"in a state":        {ops.InstancesQuery{Status: ops.InstanceRunning}, 30, 30, 206},
			"owner and state":   {ops.InstancesQuery{Owner: "analyst-1", Status: ops.InstanceRunning}, 10, 10, 206},
			"found in both":     {ops.InstancesQuery{Search: "sure"}, 2, 2, 3},
			"percent":           {ops.InstancesQuery{Search: "%"}, 1, 1, 1},
			"underscore":        {ops.InstancesQuery{Search: "_"}, 1, 1, 2},
			"backslash":         {ops.InstancesQuery{Search: `\`}, 1, 1, 2},
			"found and owned":   {ops.InstancesQuery{Search: "graph 2", Owner: "analyst-2"}, 9, 9, 210},
			"found in a state":  {ops.InstancesQuery{Search: "GRAPH 20", Status: ops.InstanceFailed}, 2, 2, 208},
			"found, a page":     {ops.InstancesQuery{Search: "graph", Limit: 10, Offset: 200}, 208, 8, 10},
			"quote in a search": {ops.InstancesQuery{Search: "' OR 1=1 --"}, 0, 0, 0},
		} {
			page := must[ops.InstancesPage](t)(p.InstancesAs(alice).ListInstances(t.Context(), test.query))
			if page.Total != test.total || len(page.Instances) != test.rows {
				t.Errorf("%s: %d of %d, want %d of %d", name, len(page.Instances), page.Total, test.rows, test.total)

				continue
			}

			if test.rows > 0 && page.Instances[0].ID != test.first {
				t.Errorf("%s: begins with %d, want %d", name, page.Instances[0].ID, test.first)
			}

			if !slices.IsSortedFunc(page.Instances, func(a, b ops.Instance) int { return int(b.ID - a.ID) }) {
				t.Errorf("%s: not the newest first", name)
			}
		}
	})
}

func TestListInstancesRefuses(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		for field, query := range map[string]ops.InstancesQuery{
			"query.limit":  {Limit: 101},
			"query.offset": {Offset: -1},
			"query.status": {Status: "asleep"},
			"query.search": {Search: "\x00"},
			"query.owner":  {Owner: "\xff"},
		} {
			_, err := p.InstancesAs(alice).ListInstances(t.Context(), query)
			wantFields(t, err, field)
		}

		_, err := p.InstancesAs(alice).ListInstances(t.Context(), ops.InstancesQuery{Offset: math.MaxInt, Limit: -1})
		wantFields(t, err, "query.offset", "query.limit")
	})
}

func TestInstanceThatIsNotThere(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		for _, id := range []int64{1, 0, -1, math.MaxInt64} {
			_, err := p.InstancesAs(alice).GetInstance(t.Context(), id)
			wantCode(t, err, ops.CodeNotFound)
			wantCode(t, p.InstancesAs(alice).DeleteInstance(t.Context(), id), ops.CodeNotFound)
		}
	})
}
