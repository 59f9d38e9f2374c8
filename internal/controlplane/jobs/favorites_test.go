package jobs_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// TestFavoritesGoWithWhatTheyName: a platform's table of favorites has no key that would take them along.
func TestFavoritesGoWithWhatTheyName(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		if !w.adopted {
			return // none but a platform's tables have favorites
		}

		favor := func(kind string, id int64) {
			w.exec(`INSERT INTO user_favorites (username, resource_type, resource_id, created_at) VALUES ('ann', $1, $2, $3)`, kind, id, w.ago(0))
		}

		gone := w.mapping("ttl", "PT1H")
		expired := w.snapshot(gone, ops.SnapshotReady, "ttl", "PT1H")
		stopping := w.instance(ops.InstanceStopping, "updated_at", w.ago(time.Hour))

		kept := w.mapping()
		running := w.instance(ops.InstanceRunning, "pod_name", "a")

		for kind, ids := range map[string][]int64{
			"mapping": {gone, kept}, "snapshot": {expired, w.other}, "instance": {stopping, running},
		} {
			for _, id := range ids {
				favor(kind, id)
			}
		}

		favor("mapping", stopping+1000) // of something else, with the number of nothing

		w.step(w.podRuntime(&pods{listed: []jobs.Pod{w.pod("a", jobs.PodRunning)}}))
		w.run(ops.JobLifecycle)

		w.want("4", `SELECT COUNT(*) FROM user_favorites`)
		w.want("0", `SELECT COUNT(*) FROM user_favorites WHERE resource_type = 'instance' AND resource_id = $1`, stopping)
		w.want("0", `SELECT COUNT(*) FROM user_favorites WHERE resource_type = 'snapshot' AND resource_id = $1`, expired)
		w.want("0", `SELECT COUNT(*) FROM user_favorites WHERE resource_type = 'mapping' AND resource_id = $1`, gone)
	})
}
