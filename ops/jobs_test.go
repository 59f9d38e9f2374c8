package ops_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// TestJobsAreDescribed wants every column of every row, and a name once.
func TestJobsAreDescribed(t *testing.T) {
	t.Parallel()

	seen := map[ops.JobName]bool{}

	for _, job := range ops.Jobs() {
		if job.Name == "" || seen[job.Name] {
			t.Errorf("%q is there twice, or has no name", job.Name)
		}

		if job.Description == "" || job.Every < time.Second || job.Timeout < time.Second {
			t.Errorf("%s lacks something: %+v", job.Name, job)
		}

		if got := job.Name.Info(); got != job {
			t.Errorf("got %+v for %s, want %+v", got, job.Name, job)
		}

		seen[job.Name] = true
	}

	if job := ops.JobName("backup").Info(); job != (ops.JobInfo{Name: "backup"}) || job.Name.Triggerable() {
		t.Errorf("got %+v for a job that there is not, want its name alone, not triggerable", job)
	}
}
