package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/ops"
)

// staleClaim is how long a worker may hold a claim without submitting its query.
const staleClaim = 10 * time.Minute

// queueDepth counts the export jobs that wait for a worker.
const queueDepth = countExportsPrefix + "waiting"

// exportReconciliation takes back claims that were forgotten and settles the
// snapshots whose exports are through.
func exportReconciliation(ctx context.Context, p *pass) error {
	for _, step := range []func(context.Context, *pass) error{resetStaleClaims, settleSnapshots, countExports} {
		if err := step(ctx, p); err != nil {
			p.errs = append(p.errs, err)
		}
	}

	return p.err()
}

// claim is a claimed export job; at is when it was claimed, as it is stored.
type claim struct {
	id int64
	at string
}

func resetStaleClaims(ctx context.Context, p *pass) error {
	claims, err := query(ctx, p.db.Read(), func(c *claim) []any { return []any{&c.id, &c.at} },
		`SELECT id, COALESCE(claimed_at, updated_at) FROM export_jobs WHERE status = 'claimed' ORDER BY id`)
	if err != nil {
		return fmt.Errorf("look for stale claims: %w", err)
	}

	for _, c := range claims {
		at, err := ops.ParseTime(c.at)
		if err != nil {
			if !p.failed(ctx, "export job", c.id, err) {
				return nil
			}

			continue
		}

		if p.now().Sub(at.Time) <= staleClaim {
			continue
		}

		p.found[countStaleClaims]++

		reset, err := p.update(ctx, `
			UPDATE export_jobs SET status = 'pending', claimed_by = NULL, claimed_at = NULL, updated_at = $1
			 WHERE id = $2 AND status = 'claimed' AND COALESCE(claimed_at, updated_at) = $3`, p.at(), c.id, c.at)

		failpoint.Reach(failpoint.ExportReset)

		if reset {
			p.done[countClaimsReset]++
		}

		if err != nil && !p.failed(ctx, "export job", c.id, err) {
			return nil
		}
	}

	return nil
}

// countExports finds out how many export jobs are in each status.
func countExports(ctx context.Context, p *pass) error {
	type group struct {
		status ops.ExportJobStatus
		n      int
	}

	groups, err := query(ctx, p.db.Read(), func(g *group) []any { return []any{&g.status, &g.n} },
		`SELECT status, COUNT(*) FROM export_jobs GROUP BY status`)
	if err != nil {
		return fmt.Errorf("count the export jobs: %w", err)
	}

	for _, status := range ops.ExportJobStatuses() {
		p.found[countExportsPrefix+string(status)] = 0
	}

	for _, g := range groups {
		p.found[countExportsPrefix+string(g.status)] = g.n
	}

	p.found[queueDepth] = p.found[countExportsPrefix+string(ops.ExportPending)]

	return nil
}
