package instances

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/instances"
)

// lacks remembers which acts the control plane was found to have no call for.
type lacks struct {
	mu    sync.Mutex
	until map[acts.Act]time.Time
	// askNext is when the control plane is asked what it has, zero for never yet.
	askNext time.Time
}

const (
	// lacksFor is how long that is taken for granted: a control plane is brought up to date now and then.
	lacksFor = 10 * time.Minute
	// askAgain is when it is asked once more that did not answer.
	askAgain = time.Minute
	// askWithin bounds how long a page waits for the answer.
	askWithin = 500 * time.Millisecond
)

// ask asks a control plane that can be asked what it has, before anybody tries. Whoever comes meanwhile goes by what is known.
func (l *lacks) ask(ctx context.Context, service ops.Instances, now time.Time) {
	plane, can := service.(ops.Offering)
	if !can {
		return
	}

	l.mu.Lock()
	due := !now.Before(l.askNext)

	if due {
		l.askNext = now.Add(askAgain)
	}
	l.mu.Unlock()

	if !due {
		return
	}

	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()

	offers, err := plane.Offers(ctx)
	if err != nil { // it is found out by trying
		return
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	l.askNext = now.Add(lacksFor / 2) // before what is known of it is forgotten

	for _, act := range acts.Acts() {
		switch has, told := offers[callOf(act)]; {
		case has: // whatever was found before
			delete(l.until, act)
		case told:
			l.note(act, now)
		}
	}
}

// callOf is the call that an act makes and that a control plane may lack, "" for one that each has.
func callOf(act acts.Act) ops.OptionalCall {
	switch act {
	case acts.Suspend:
		return ops.CallSuspend
	case acts.Resume:
		return ops.CallResume
	case acts.Extend:
		return ops.CallLifecycle
	case acts.Terminate:
	}

	return ""
}

// note notes that there is no call for the act; the lock is held.
func (l *lacks) note(act acts.Act, now time.Time) {
	if l.until == nil {
		l.until = map[acts.Act]time.Time{}
	}

	l.until[act] = now.Add(lacksFor)
}

// learn notes what an answer to an act says of the control plane.
func (l *lacks) learn(act acts.Act, now time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	switch {
	case err != nil && ops.AsError(err).Code == ops.CodeNotSupported:
		l.note(act, now)
	case err == nil:
		delete(l.until, act)
	}
}

// of reports whether it has none for the act, as far as is known.
func (l *lacks) of(act acts.Act, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()

	return now.Before(l.until[act])
}

// askWhatIsLacking has the reasons be there before the first try.
func (h *Handlers) askWhatIsLacking(p *web.Page) {
	h.lacks.ask(p.Ctx(), h.Platform.InstancesAs(p.Who.Caller()), p.Now)
}

// actsOn are the acts, and why those cannot be done that cannot.
func (h *Handlers) actsOn(now time.Time, i ops.Instance) (all []pages.Act) {
	for _, act := range acts.Acts() {
		all = append(all, pages.Act{Act: act, Why: h.whyNot(now, act, i)})
	}

	return all
}

// whyNot says why an act on the instance cannot be done, "" when it can, as far as is known.
func (h *Handlers) whyNot(now time.Time, act acts.Act, i ops.Instance) string {
	is := "it is " + words(i.Status)

	switch {
	case h.lacks.of(act, now):
		return components.Word(act) + ": this control plane has no such call."
	case act == acts.Suspend && i.Status != ops.InstanceRunning:
		return fmt.Sprintf("Suspend: only a running instance can be suspended; %s.", is)
	case act == acts.Resume && i.Status != ops.InstanceSuspended:
		return fmt.Sprintf("Resume: only a suspended instance can be resumed; %s.", is)
	case act == acts.Extend && i.Status == ops.InstanceStopping:
		return "Extend: " + is + "."
	case act == acts.Extend && (i.TTL == nil || *i.TTL == ""):
		return "Extend: it never ends by itself."
	case act == acts.Terminate && i.Status == ops.InstanceStopping:
		return "Terminate: it is stopping already."
	default:
		return ""
	}
}

// words is a status within a sentence.
func words(status ops.InstanceStatus) string {
	if status == ops.InstanceWaitingForSnapshot {
		return "waiting for its snapshot"
	}

	return string(status)
}
