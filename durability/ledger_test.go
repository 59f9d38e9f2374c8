package durability_test

import (
	"fmt"
	"net/http"
	"syscall"
	"time"
)

const terminate = syscall.SIGTERM

// request is what somebody asked for under a key. Its reason is one of its own, by which the audit log tells it.
type request struct {
	by                *client
	method, path, key string
	body              map[string]any
	action, reason    string
	// done is told what was answered.
	done func(answer)
}

// ledger is what was acknowledged, and what was not answered.
type ledger struct {
	acknowledged []request
	unanswered   []request
	checked      int
}

// do asks for something once, and notes what comes of it.
func (w *world) do(by *client, method, path, action string, body map[string]any, done func(answer)) {
	w.t.Helper()

	w.serial++
	r := request{
		by: by, method: method, path: path, key: fmt.Sprintf("key-%d", w.serial), body: body, action: action, done: done,
		reason: fmt.Sprintf("Act %d of the walk", w.serial),
	}
	body["reason"] = r.reason

	a, err := by.ask(w.t.Context(), method, path, r.key, body)
	if err != nil {
		w.ledger.unanswered = append(w.ledger.unanswered, r)

		return
	}

	w.answered(r, a)
}

// answered notes an answer.
func (w *world) answered(r request, a answer) {
	w.t.Helper()

	switch {
	case a.ok():
		w.ledger.acknowledged = append(w.ledger.acknowledged, r)
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden, a.status == http.StatusInternalServerError:
		w.t.Errorf("%s %s answers %d: %v", r.method, r.path, a.status, a.body)
	}

	if r.done != nil && !a.again {
		r.done(a)
	}
}

// check looks for what was acknowledged since it looked last, all of it at the end.
func (l *ledger) check(w *world) {
	w.t.Helper()

	for _, r := range l.acknowledged[l.checked:] {
		if n := w.begun(r); n != 1 {
			w.t.Errorf("%s %s was acknowledged and is %d times in the audit log, want once", r.method, r.path, n)
		}
	}

	l.checked = len(l.acknowledged)

	for _, r := range l.unanswered {
		if n := w.begun(r); n > 1 {
			w.t.Errorf("%s %s, key %s, was done %d times, want once at most", r.method, r.path, r.key, n)
		}
	}
}

// begun is how often it was done, or was begun to be.
func (w *world) begun(r request) int {
	return w.count(`SELECT count(*) FROM opsconsole_audit WHERE action = $1 AND reason = $2 AND intent = 0 AND outcome IN ('intent', 'done')`,
		r.action, r.reason)
}

// ask asks again, under the same keys, for all that was not answered, until it is.
func (l *ledger) ask(w *world) {
	w.t.Helper()

	again := l.unanswered
	l.unanswered, l.checked = nil, 0

	for _, r := range again {
		before := w.begun(r)

		a := w.tell(r)
		if before > 0 && !a.again {
			w.t.Errorf("%s %s under %s was begun, and answers as if it had not been, %d: %v", r.method, r.path, r.key, a.status, a.body)
		}

		if n := w.begun(r); n > 1 || a.ok() && n != 1 {
			w.t.Errorf("%s %s under %s was done %d times, and answers %d: %v", r.method, r.path, r.key, n, a.status, a.body)
		}

		w.answered(r, a)
	}
}

// tell asks again under a key until it is told what came of it. On PostgreSQL who had the key counts as dead after a minute.
func (w *world) tell(r request) answer {
	w.t.Helper()

	const patience, pause = 2 * time.Minute, 200 * time.Millisecond

	for deadline := time.Now().Add(patience); ; <-time.After(pause) {
		a, err := r.by.ask(w.t.Context(), r.method, r.path, r.key, r.body)
		w.must(err)

		if a.text("error", "code") != "IDEMPOTENCY_IN_FLIGHT" {
			return a
		}

		if time.Now().After(deadline) {
			w.t.Fatalf("%s %s under %s: %v", r.method, r.path, r.key, a.body)
		}
	}
}
