package audit

import (
	"context"
	"slices"
	"time"
)

// Act is something that was done, for whoever looks at what it was done to.
type Act struct {
	Action Action    `json:"action"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	// Message says in a sentence what came of it, "" when the action says it all.
	Message string `json:"message"`
	// RemoteAddr is the [Actor]'s, "" for the console itself.
	RemoteAddr string `json:"-"`
}

// maxActs bounds the acts that are told of an object.
const maxActs = 100

// Acts returns what was done to the object, oldest first: the newest 100.
func (l *Log) Acts(ctx context.Context, object string) ([]Act, error) {
	page, err := l.List(ctx, Filter{Object: object, Outcome: Done, Limit: maxActs})
	if err != nil {
		return nil, err
	}

	acts := make([]Act, 0, len(page.Items))
	for _, e := range slices.Backward(page.Items) {
		acts = append(acts, Act{Action: e.Action, At: e.At, Actor: e.Actor, Reason: e.Reason, Message: e.Message, RemoteAddr: e.RemoteAddr})
	}

	return acts, nil
}
