package jobs_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestAStartAsksForAllJobsAtOnce: another round trip for each job would make every start on a server that is far away later.
func TestAStartAsksForAllJobsAtOnce(t *testing.T) {
	t.Parallel()

	address := worldtest.Prepared.PostgresURL(t)
	line, way := storetest.NewLine(t, address)
	w := &world{t: t, db: storetest.Open(t, way), logged: &worldtest.Buffer{}, clock: worldtest.NewClock(time.Now())}
	w.exec(`CREATE TABLE test_enqueued (job_name TEXT, triggered_by TEXT, reason TEXT, attempts INTEGER)`)
	w.start(nil)

	for _, name := range jobs.Names() {
		if err := w.runner.Run(t.Context(), jobs.JobArgs{JobName: name}); err != nil {
			t.Fatal(err)
		}
	}

	before := line.Executed()

	w.start(nil)

	// The schedule, the time and what the last runs found.
	if asked := line.Executed() - before; asked != 3 {
		t.Errorf("a start asks %d times, want 3", asked)
	}
}
