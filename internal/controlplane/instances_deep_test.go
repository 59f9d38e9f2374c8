package controlplane_test

import (
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestPagesThatLieDeep: what is looked for from the other end is the same page.
func TestPagesThatLieDeep(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 2, 6000, 0)
		exec(t, p.db, `DELETE FROM instances WHERE id IN (7, 3001, 5999)`)

		for _, query := range []ops.InstancesQuery{
			{}, {Owner: "analyst-1"}, {Status: ops.InstanceRunning}, {Owner: "analyst-0", Status: ops.InstanceFailed},
		} {
			all := pagesOf(t, p, query)

			for _, offset := range []int{999, 1000, 1001, 1450, 1500, 2900, 2990, 2997, 2998, 3100, 5900, 5996, 5997, 5998} {
				query.Offset, query.Limit = offset, 7
				page := must[ops.InstancesPage](t)(p.InstancesAs(alice).ListInstances(t.Context(), query))

				if want := all[min(offset, len(all)):min(offset+7, len(all))]; !slices.Equal(idsOf(page.Instances), want) || page.Total != len(all) {
					t.Errorf("%+v: got %v of %d, want %v of %d", query, idsOf(page.Instances), page.Total, want, len(all))
				}
			}
		}
	})
}

// pagesOf are the ids of all that the query selects, the newest first.
func pagesOf(t *testing.T, p platform, query ops.InstancesQuery) (ids []int64) {
	t.Helper()

	rows, err := p.db.Read().QueryContext(t.Context(), `SELECT id FROM instances WHERE (CAST($1 AS TEXT) = '' OR owner_username = $1)
		AND (CAST($2 AS TEXT) = '' OR status = $2) ORDER BY id DESC`, query.Owner, string(query.Status))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}

		ids = append(ids, id)
	}

	if err := rows.Err(); err != nil || len(ids) == 0 {
		t.Fatal(len(ids), err)
	}

	return ids
}

func idsOf(instances []ops.Instance) (ids []int64) {
	for _, i := range instances {
		ids = append(ids, i.ID)
	}

	return ids
}
