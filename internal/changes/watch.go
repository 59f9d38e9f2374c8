package changes

import (
	"context"
	"errors"

	"github.com/graph-olap/opsconsole/ops"
)

// Watch looks at every section: what was changed outside becomes a change, and what
// is open is settled when it can be. The monitor calls it after each poll.
func (c *Changes) Watch(ctx context.Context, service ops.Service) error {
	var errs []error

	for _, section := range ops.Sections() {
		if _, err := c.current(ctx, service, section); err != nil {
			errs = append(errs, err)
		}
	}

	return errors.Join(errs...)
}
