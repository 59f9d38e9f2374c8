package monitor_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// twoThousand are 2,000 export jobs, of which the oldest ones are not completed.
func twoThousand() []ops.ExportJob {
	states := slices.Repeat([]ops.ExportJobStatus{ops.ExportCompleted}, 1_996)

	return worldtest.ExportsOf(2_000, append(states, ops.ExportFailed, ops.ExportSubmitted, ops.ExportClaimed, ops.ExportPending)...)
}

// lists are the states that were asked for, "" for all.
func lists(queue *worldtest.ExportQueue) []ops.ExportJobStatus {
	var states []ops.ExportJobStatus
	for _, query := range queue.Asked() {
		states = append(states, query.Status)
	}

	return states
}

func held(jobs []ops.ExportJob, id int64) (found []ops.ExportJobStatus) {
	for _, job := range jobs {
		if job.ID == id {
			found = append(found, job.Status)
		}
	}

	return found
}

// TestOldExportsAreReadBesideAThousandNewOnes reads those that are not completed although a
// thousand newer ones are.
func TestOldExportsAreReadBesideAThousandNewOnes(t *testing.T) {
	t.Parallel()

	w := newWorld(worldtest.Prepared.SQLite(t))
	queue := worldtest.NewExportQueue(twoThousand()...)

	w.plane.set(func(p *plane) { p.exports = queue })

	exports := w.poll(t).Exports
	if got := len(exports.Value.Jobs); exports.Stale() || got != 1_004 {
		t.Errorf("%d jobs were read, %q, want the newest thousand and 4 old ones", got, exports.Err)
	}

	for id, want := range map[int64]ops.ExportJobStatus{1: ops.ExportPending, 2: ops.ExportClaimed, 3: ops.ExportSubmitted, 4: ops.ExportFailed} {
		if got := held(exports.Value.Jobs, id); !slices.Equal(got, []ops.ExportJobStatus{want}) {
			t.Errorf("job %d is %v, want it once, %s", id, got, want)
		}
	}

	for _, status := range ops.ExportJobStatuses() {
		if got, want := exports.Value.Cut[status], status == ops.ExportCompleted; got != want {
			t.Errorf("%s is cut: %t, want %t", status, got, want)
		}
	}

	if got, want := lists(queue), []ops.ExportJobStatus{"", ops.ExportPending, ops.ExportClaimed, ops.ExportSubmitted, ops.ExportFailed}; !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

// TestExportsCostNoMoreCallsThanTheyNeed counts the lists that a poll asks for.
func TestExportsCostNoMoreCallsThanTheyNeed(t *testing.T) {
	t.Parallel()

	completed := slices.Repeat([]ops.ExportJobStatus{ops.ExportCompleted}, 1_999)

	for name, c := range map[string]struct {
		states []ops.ExportJobStatus
		want   []ops.ExportJobStatus
	}{
		"less than a thousand": {completed[:999], []ops.ExportJobStatus{""}},
		"none but completed":   {completed, []ops.ExportJobStatus{""}},
		"an old one that failed": {
			append(slices.Clone(completed), ops.ExportFailed), []ops.ExportJobStatus{"", ops.ExportFailed},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld(worldtest.Prepared.SQLite(t))
			queue := worldtest.NewExportQueue(worldtest.ExportsOf(int64(len(c.states)), c.states...)...)

			w.plane.set(func(p *plane) { p.exports = queue })
			w.poll(t)

			if got := lists(queue); !slices.Equal(got, c.want) {
				t.Errorf("asked for %q, want %q", got, c.want)
			}
		})
	}

	t.Run("counts that were not read", func(t *testing.T) {
		t.Parallel()

		w := newWorld(worldtest.Prepared.SQLite(t))
		queue := worldtest.NewExportQueue(twoThousand()...)

		w.plane.set(func(p *plane) { p.exports, p.uncounted = queue, errors.New("no counts") })

		if got := held(w.poll(t).Exports.Value.Jobs, 2); len(got) != 1 {
			t.Errorf("the claimed job is there %d times, want once", len(got))
		}
	})
}

// TestAnExportThatMovesOnWhileItIsReadCountsOnce lets jobs pass into the next state between two lists.
func TestAnExportThatMovesOnWhileItIsReadCountsOnce(t *testing.T) {
	t.Parallel()

	passes := []ops.ExportJobStatus{ops.ExportPending, ops.ExportClaimed, ops.ExportSubmitted, ops.ExportFailed}

	for from, to := range map[ops.ExportJobStatus]ops.ExportJobStatus{
		ops.ExportPending: ops.ExportClaimed, ops.ExportClaimed: ops.ExportSubmitted, ops.ExportSubmitted: ops.ExportFailed,
	} {
		for between := 1; between <= len(passes); between++ {
			w := newWorld(worldtest.Prepared.SQLite(t))
			queue := worldtest.NewExportQueue(twoThousand()...)

			w.plane.set(func(p *plane) { p.exports = queue })

			id := int64(1 + slices.Index(passes, from))

			queue.Between(func(n int) {
				if n == between {
					queue.Move(id, to)
				}
			})

			got := held(w.poll(t).Exports.Value.Jobs, id)
			if len(got) != 1 || got[0] != from && got[0] != to {
				t.Errorf("from %s to %s before list %d: it is %v, want it once", from, to, between, got)
			}
		}
	}
}

// TestAStateOfMoreThanAThousandIsCut says of which states there are more.
func TestAStateOfMoreThanAThousandIsCut(t *testing.T) {
	t.Parallel()

	w := newWorld(worldtest.Prepared.SQLite(t))

	states := append(slices.Repeat([]ops.ExportJobStatus{ops.ExportFailed}, 1_500), ops.ExportClaimed)

	w.plane.set(func(p *plane) { p.exports = worldtest.NewExportQueue(worldtest.ExportsOf(1_501, states...)...) })

	read := w.poll(t).Exports.Value
	if len(read.Jobs) != 1_001 || !read.Cut[ops.ExportFailed] || read.Cut[ops.ExportClaimed] {
		t.Errorf("%d jobs were read, %v cut, want 1001, of which the failed ones are cut", len(read.Jobs), read.Cut)
	}
}
