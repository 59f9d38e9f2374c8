package approvals

import (
	"context"
	"database/sql"

	"github.com/graph-olap/opsconsole/internal/audit"
)

// holding is the gate of a request that an operator sends.
type holding struct {
	*Approvals

	// may is asked first.
	may func(entry audit.Entry) error
	// begun is set once the act is: what follows from it is decided with it.
	begun bool
}

// Gate returns the gate of one request, which holds what needs a second person, and what is
// refused otherwise.
func (a *Approvals) Gate(may func(entry audit.Entry) error) audit.Gate { //nolint:ireturn // a gate is all it is
	return &holding{Approvals: a, may: may}
}

// Admit implements [audit.Gate].
func (h *holding) Admit(_ context.Context, tx *sql.Tx, entry *audit.Entry) error {
	if h.begun {
		return nil
	}

	err := h.may(*entry)
	if err == nil {
		err = h.hold(*entry)
	}

	h.begun = err == nil && tx == nil // an act of several parts, of which none is decided about alone

	return err
}

// Admitted implements [audit.Gate].
func (h *holding) Admitted(context.Context, *sql.Tx, audit.Entry) error {
	h.begun = true

	return nil
}
