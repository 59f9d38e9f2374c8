// Package timeout bounds how long a call may take.
package timeout

import (
	"context"
	"time"
)

// Do calls do with a context that ends after the limit, or with ctx before.
func Do(ctx context.Context, limit time.Duration, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	return do(ctx)
}
