package platform

import (
	"time"

	"github.com/graph-olap/opsconsole/templates/components"
)

// Backup is how the scheduled backups of this console's own database do.
type Backup struct {
	// LastAt is when the newest was begun, nil where there is none.
	LastAt *time.Time `json:"last_at"`
	// Error says why the last attempt failed, "" where it did not.
	Error string `json:"error"`

	Now time.Time `json:"-"`
}

func (b Backup) state() components.State {
	switch {
	case b.Error != "":
		return components.Warn
	case b.LastAt == nil:
		return components.Busy
	default:
		return components.OK
	}
}

func (b Backup) word() string {
	switch b.state() {
	case components.Warn:
		return "Failing"
	case components.Busy:
		return "None made yet"
	default:
		return "Made"
	}
}
