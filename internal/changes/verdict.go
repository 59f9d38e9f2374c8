package changes

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// errInterrupted stands for a call of which nobody knows any more how it ended.
var errInterrupted = fmt.Errorf("the console was interrupted: %w", ops.ErrOutcomeUnknown)

// unavailable is what the console says of a change that the control plane did not make.
func unavailable(message string) *ops.Error { return ops.Unavailable(ops.ServiceControlPlane, message) }

func notSaid() *ops.Error {
	return unavailable("The control plane did not say whether it made the change. The values are being read back until it is known.")
}

// settlement is how a change ended, as far as that is known.
type settlement struct {
	outcome Outcome
	// err says why it failed or what is unknown, nil of one that was applied.
	err *ops.Error
	// givenUp says that a request of ours was never answered and may yet be carried out.
	givenUp bool
	// ifSilent settles it only if whoever carries it out still gave no sign of life for so long; 0 in any case.
	ifSilent time.Duration
}

// verdict judges a change by what the section holds after the call. Only the fields
// that it set count: the others may have been changed by somebody else since. Of a
// request that was not answered nothing but the new values tells anything; the rest is
// waited for, and remembered when that is given up.
func verdict(section ops.Section, change Change, writeErr error, found ops.SectionState) settlement {
	ours := change.Fields

	switch {
	case section.EqualIn(ours, change.After, found.Values):
		return settlement{outcome: Applied}
	case writeErr == nil:
		return settlement{outcome: Failed, err: unavailable("The control plane accepted the change, but holds other values.")}
	case !errors.Is(writeErr, errInterrupted):
		return settlement{outcome: Unknown, err: notSaid()}
	case section.EqualIn(ours, change.Before, found.Values):
		return lost("The control plane did not carry it out: the old values are still set.")
	default:
		return lost("The control plane holds neither the old values nor the new ones.")
	}
}

func lost(message string) settlement {
	return settlement{outcome: Failed, err: unavailable(message), givenUp: true}
}

// refusal is the control plane's own error, in a sentence of ours.
func refusal(err error) *ops.Error {
	e := *ops.AsError(err)

	message := ops.Clip(e.Message)
	if wrong := ops.FieldSentences(err); wrong != "" {
		message = strings.TrimSuffix(message, ".") + "." + ops.Clip(wrong)
	}

	e.Message = "The control plane refused: " + message

	return &e
}

func (e settlement) message() string {
	if e.err == nil {
		return ""
	}

	return e.err.Message
}
