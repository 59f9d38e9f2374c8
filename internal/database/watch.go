package database

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/latency"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/timeout"
	"github.com/graph-olap/opsconsole/ops"
)

// The statuses of the database beside slow, which any component may be: those of everything
// that this console sees itself, and that of a database that can be read but not written.
const (
	Answering    ops.ComponentStatus = "answering"
	NotAnswering ops.ComponentStatus = "not_answering"
	NotWritable  ops.ComponentStatus = "not_writable"
	// Unknown is a database that was not looked at yet.
	Unknown ops.ComponentStatus = "unknown"
)

// Condition is how the database does.
type Condition struct {
	// Status is answering, slow, not_writable, not_answering, or unknown before the first look.
	Status ops.ComponentStatus `json:"status"`
	// Since is when the look began that found it so first; zero while it is unknown.
	Since time.Time `json:"since"`
	// LatencyMS is how long the last look took in milliseconds, nil when it found nothing.
	LatencyMS *float64 `json:"latency_ms"`
	// Error says what it cannot do and why, nil when there is nothing to say.
	Error *string `json:"error"`

	// Meaning says what cannot be done meanwhile, Advice what to check; "" when all is well.
	Meaning, Advice string `json:"-"`
}

// Config is what a [Watch] needs.
type Config struct {
	DB     *store.DB
	Now    func() time.Time
	Logger *slog.Logger
}

const (
	// LookEvery is the time between two looks that whoever runs a [Watch] leaves.
	LookEvery = 2 * time.Second
	// lookTimeout is how long a look may take.
	lookTimeout = 2 * time.Second
)

// Watch looks at the database again and again, and remembers what it found.
type Watch struct {
	// OnChange is called when the status has changed; nil for nobody. It is set before the first look.
	OnChange func()

	config Config

	// tried is when a write was tried last, and pause for how long none is after that; of use to
	// the one who looks alone.
	tried time.Time
	pause time.Duration

	mu sync.Mutex
	// looked is when the last look began, vain when the first of those did that ended in vain
	// since one did not; zero for none.
	looked, vain time.Time
	latency      time.Duration
	condition    Condition
	// sights are what [Watch.Seen] has not told yet.
	sights []Sight
	// told is the status that the log knows of.
	told ops.ComponentStatus
}

// New returns a watch that has not looked yet.
func New(config Config) *Watch { return &Watch{config: config, told: Answering} }

// Look reads the database, and writes to it when a write has failed. What changed is logged,
// once: everything else that fails meanwhile fails because of it.
func (w *Watch) Look(ctx context.Context) {
	err := w.Ready(ctx)

	w.tryWriting(ctx)

	if ctx.Err() == nil {
		w.note(err)
		w.tell(ctx, w.Condition())
	}
}

// The time between two writes that are tried while none succeeds: the first is that of the looks,
// and each is twice the one before it.
const (
	firstPause = LookEvery
	mostPause  = 30 * time.Second
)

// tryWriting writes, for as long as a write has failed and none that needed room has succeeded since:
// less and less often, so that a full disk is not written to all the time, and at once when
// something else could be written, or the database can be read again.
func (w *Watch) tryWriting(ctx context.Context) {
	wrote := w.config.DB.Wrote()

	if w.config.DB.CannotWrite() == nil || w.config.DB.CannotRead() != nil {
		w.pause, w.tried = 0, time.Time{}

		return
	}

	now := w.config.Now()
	if waited := now.Sub(w.tried); !wrote && waited >= 0 && waited < w.pause {
		return
	}

	// What it finds stands in the condition.
	_ = timeout.Do(ctx, lookTimeout, w.config.DB.ProbeWrite)

	w.tried, w.pause = now, min(max(firstPause, 2*w.pause), mostPause)
}

// note keeps what a look found that ended with this error. One that took too long says nothing
// yet: the next one will.
func (w *Watch) note(err error) {
	now := w.Condition()

	w.mu.Lock()
	defer w.mu.Unlock()

	if err != nil || w.vain.IsZero() {
		w.saw(now.Status, now.Since, w.config.Now())
	}
}

// Ready returns why the database cannot be read at this moment, nil when it can.
func (w *Watch) Ready(ctx context.Context) error {
	begun := w.config.Now()

	err := timeout.Do(ctx, lookTimeout, w.config.DB.ProbeRead)
	if ctx.Err() != nil { // whoever asked has left: nothing was found
		return err
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	w.looked = begun
	took := w.config.Now().Sub(begun)

	switch {
	case err != nil || took >= lookTimeout:
		w.vain = earliest(w.vain, begun)
	default:
		w.vain = time.Time{}
	}

	if err == nil {
		w.latency = took
	}

	w.settle()

	return err
}

// earliest is the earlier of two times, of which the first may be zero for none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}

	return a
}

// Err is why the database could not be read at the last look, nil when it could.
func (w *Watch) Err() error {
	if trouble := w.config.DB.CannotRead(); trouble != nil {
		return trouble
	}

	return nil
}

// InTrouble reports whether it cannot be read or written, as far as is known.
func (w *Watch) InTrouble() bool { return w.trouble() != nil }

// Condition is how the database does, as far as the last look and the last write tell.
func (w *Watch) Condition() Condition {
	w.mu.Lock()
	defer w.mu.Unlock()

	w.settle()

	return w.condition
}

// settle makes the condition of what is known.
func (w *Watch) settle() {
	now := Condition{Status: Answering, LatencyMS: milliseconds(w.latency)}
	trouble, since := w.trouble(), w.looked

	switch {
	case trouble != nil && trouble.Kind == store.Unreadable:
		now.Status, now.LatencyMS, since = NotAnswering, nil, earliest(w.vain, w.config.Now())
	case trouble != nil:
		now.Status, since = NotWritable, w.config.Now()
	case w.looked.IsZero():
		now.Status, now.LatencyMS = Unknown, nil
	case latency.IsSlow(w.latency, latency.SlowAfter, w.condition.Status == ops.ComponentSlow):
		now.Status = ops.ComponentSlow
	}

	if trouble != nil {
		text := sentence(Name, trouble)
		now.Error, now.Meaning, now.Advice = &text, meaning(trouble.Kind), advice(trouble.Kind)
	}

	now.Since = since
	if now.Status == w.condition.Status && !w.condition.Since.IsZero() {
		now.Since = earliest(w.condition.Since, since)
	}

	w.condition = now
}

func (w *Watch) trouble() *store.TroubleError {
	if trouble := w.config.DB.CannotRead(); trouble != nil {
		return trouble
	}

	return w.config.DB.CannotWrite()
}

// tell logs a status that is another than the one that was told last, and lets others know.
func (w *Watch) tell(ctx context.Context, now Condition) {
	w.mu.Lock()
	before := w.told
	w.told = now.Status
	w.mu.Unlock()

	if before == now.Status {
		return
	}

	switch {
	case now.Error != nil:
		w.config.Logger.ErrorContext(ctx, "this console's own database is in trouble",
			"status", now.Status, "words", *now.Error, "error", w.trouble())
	case now.Status == ops.ComponentSlow:
		w.config.Logger.WarnContext(ctx, "this console's own database is slow", "latency_ms", *now.LatencyMS)
	default:
		w.config.Logger.InfoContext(ctx, "this console's own database has recovered", "was", before)
	}

	if w.OnChange != nil {
		w.OnChange()
	}
}

func milliseconds(d time.Duration) *float64 {
	ms := math.Round(float64(d.Microseconds())) / float64(time.Millisecond/time.Microsecond)

	return &ms
}
