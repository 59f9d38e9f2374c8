package live

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Revision is the live page of the forms that change things of a kind: it tells which revision
// of its thing is the newest, and in a sentence where that stands.
func Revision(kind string, of func(ctx context.Context, id int64) (revision int64, stands string, err error)) Object {
	return Object{
		Kind: kind, Element: shell.RevisionRegion,
		Exists: func(ctx context.Context, id int64) error {
			_, _, err := of(ctx, id)

			return err
		},
		Draw: func(id int64) Draw {
			return func(ctx context.Context, _ *monitor.Snapshot, _ time.Time) (templ.Component, error) {
				revision, stands, err := of(ctx, id)

				return shell.Revision(revision, stands), err
			}
		},
	}
}
