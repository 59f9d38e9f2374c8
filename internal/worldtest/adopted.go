package worldtest

import (
	"context"
	_ "embed"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// PlatformTables is the SQL of a platform's own tables on PostgreSQL, with all that they insist on,
// and PlatformRows of a few rows in them.
var (
	//go:embed testdata/platform.sql
	PlatformTables string
	//go:embed testdata/platform_rows.sql
	PlatformRows string
)

// Adopted has opsconsole's tables beside those that a platform made, which are empty. It is for
// PostgreSQL alone, as platforms are.
var Adopted = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error {
	if _, err := db.Write().ExecContext(ctx, PlatformTables); err != nil {
		return err
	}

	return Prepare(ctx, db)
})
