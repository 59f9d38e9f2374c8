package jobs

import "context"

// watching is why a job does nothing to a platform's own tables without a cluster: instances there
// have pods, of which nothing is known here, and the platform's own control plane may be at work.
const watching = skipped("the tables belong to a platform and no Kubernetes cluster is configured, so they are only watched")

// unlessWatching is the job, or where the tables are only watched what it merely looks at; look may
// be nil.
func (c Config) unlessWatching(do, look job) job {
	if !c.WatchOnly {
		return do
	}

	return func(ctx context.Context, p *pass) error {
		if look != nil {
			if err := look(ctx, p); err != nil {
				return err
			}
		}

		return watching
	}
}
