package controlplane

import (
	"database/sql"

	"github.com/graph-olap/opsconsole/ops"
)

// nullTime scans a text timestamp as any control plane writes it. NULL, and what is
// not a timestamp, is nil: one odd row must not hide the others.
type nullTime struct{ Time *ops.Time }

// Scan implements [sql.Scanner].
func (m *nullTime) Scan(src any) error {
	m.Time = nil

	var text sql.NullString
	if err := text.Scan(src); err != nil {
		return err
	}

	if parsed, err := ops.ParseTime(text.String); text.Valid && err == nil {
		m.Time = &parsed
	}

	return nil
}
