package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/internal/idempotency"
)

// Actor is who does something, as the audit log keeps it.
type Actor struct {
	// Identity is whom the provider vouched for, the zero value for nobody.
	Identity

	Username string
	Role     string
	// RemoteAddr is the address of the network peer, without its port; "" for the
	// console itself.
	RemoteAddr string
	RequestID  string
	// Audited, when not nil, is set once an entry of the actor's is written, or counted.
	Audited *atomic.Bool
	// Newest, when not nil, is set to the number of the newest entry of the actor's.
	Newest *atomic.Int64
	// Claim is the key under which the actor acts once, nil for none.
	Claim *idempotency.Claim
	// Gate stands before what the actor begins, nil for none.
	Gate Gate
}

// Identity is somebody as their provider knows them, whatever their name: OpenID Connect Core 1.0,
// section 2.
type Identity struct{ Issuer, Subject string }

// audited notes that the log knows of what the actor does.
func (a Actor) audited() {
	if a.Audited != nil {
		a.Audited.Store(true)
	}
}

// Who is a username as it stands in a sentence. Not everybody leaves one: whoever is not signed
// in, and whoever changes something outside this console.
func Who(username string) string {
	if username == "" {
		return "somebody unknown"
	}

	return username
}

// Outcome is what became of an act.
type Outcome string

// The outcomes. An act that changes something has two entries: its intent, written
// before it, and how it ended.
const (
	Intent  Outcome = "intent"
	Done    Outcome = "done"
	Refused Outcome = "refused"
	Failed  Outcome = "failed"
	Unknown Outcome = "unknown"
)

// Entry is a line of the log.
type Entry struct {
	// Seq counts from 1 without a gap.
	Seq        int64     `json:"seq"`
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`
	Role       string    `json:"role"`
	RemoteAddr string    `json:"remote_addr"`
	RequestID  string    `json:"request_id"`
	// Action is a verb of a fixed list, such as config.save or job.trigger.
	Action Action `json:"action"`
	// Object is what it was done to: config/concurrency, jobs/lifecycle, a path.
	Object  string  `json:"object"`
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason"`
	// Intent is the Seq of the intent that this entry settles, 0 when there is none.
	Intent int64 `json:"intent,omitempty"`
	// Change is the id of the configuration change that it belongs to, 0 when there is none.
	Change int64 `json:"change,omitempty"`
	// Before and After are the values of a change, null when there are none.
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
	// Counts names another act whose gate this one has to pass too, "" for none. It is not kept.
	Counts Action `json:"-"`
	// Message says in a sentence what a refusal or a failure was about.
	Message string `json:"message"`
	// PrevHash and Hash chain the entries: hex SHA-256.
	PrevHash string `json:"prev_hash"`
	Hash     string `json:"hash"`
	// Issuer and Subject are whose the name in Actor was, IdentityHash ties them to Hash: the hex SHA-256 of the three, a line
	// each. They are no part of Hash, which the version before looks at too; the code of a keyed entry covers IdentityHash.
	Issuer       string `json:"issuer,omitempty"`
	Subject      string `json:"subject,omitempty"`
	IdentityHash string `json:"identity_hash,omitempty"`
	// Chain says how: [Unkeyed], or hmac-sha256:ID with the id of the key whose code MAC is, in hex. Both are no
	// part of what is hashed.
	Chain string `json:"chain"`
	MAC   string `json:"mac,omitempty"`
}

// ObjectID is the number of what it was done to, the last part of Object.
func (e Entry) ObjectID() (int64, error) {
	id, err := strconv.ParseInt(e.Object[strings.LastIndexByte(e.Object, '/')+1:], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("find what audit entry %d is about: %w", e.Seq, err)
	}

	return id, nil
}

// Action names what was done or tried.
type Action string

// The actions.
const (
	SignIn  Action = "session.sign_in"
	SignOut Action = "session.sign_out"
	// SessionEnd is an operator who ends a session, or all of somebody.
	SessionEnd    Action = "session.end"
	AccessRefused Action = "access.refused"
	// RequestRefused is what somebody sent who may act, and that came to no act.
	RequestRefused Action = "request.refused"
	ConfigSave     Action = "config.save"
	ConfigRestore  Action = "config.restore"
	LeaseExtend    Action = "lease.extend"
	LeaseEnd       Action = "lease.end"
	LeaseConfirm   Action = "lease.confirm"
	// LeaseRelease has a temporary change that waited for a decision go on, as one was made.
	LeaseRelease Action = "lease.release"
	ChangeKeep   Action = "change.keep"
	// ChangeSchedule has a change made at a time; ScheduleHold is that it waits for a decision then.
	ChangeSchedule Action = "change.schedule"
	ScheduleMove   Action = "schedule.move"
	ScheduleCancel Action = "schedule.cancel"
	ScheduleHold   Action = "schedule.hold"
	PointCreate    Action = "point.create"
	JobTrigger     Action = "job.trigger"
	LogExport      Action = "audit.export"
	// DatabaseRestore is that the database, and the log with it, was made of a backup.
	DatabaseRestore Action = "database.restore"
	// LogKey has entries chained with a key, or with another one, from itself on.
	LogKey Action = "audit.key"
	// LogAccept has entries taken as they are that were written without a key behind one with a key.
	LogAccept Action = "audit.accept"

	InstanceTerminate Action = "instance.terminate"
	InstanceSuspend   Action = "instance.suspend"
	InstanceResume    Action = "instance.resume"
	InstanceExtend    Action = "instance.extend"

	WindowAnnounce Action = "window.announce"
	WindowChange   Action = "window.change"
	WindowStart    Action = "window.start"
	WindowExtend   Action = "window.extend"
	WindowUpdate   Action = "window.update"
	WindowEnd      Action = "window.end"
	WindowVerify   Action = "window.verify"
	WindowCancel   Action = "window.cancel"
	WindowHold     Action = "window.hold"
	WindowTakeOver Action = "window.take_over"
	WindowSettle   Action = "window.settle"
	WindowOverrun  Action = "window.overrun"
	WindowMiss     Action = "window.miss"
	// WindowRules is what new rules of the zones did to a window, and what was decided it.
	WindowRules    Action = "window.rules"
	WindowSilence  Action = "window.silence"
	TemplateSave   Action = "window_template.save"
	TemplateDelete Action = "window_template.delete"

	WebhookCreate       Action = "webhook.create"
	WebhookChange       Action = "webhook.change"
	WebhookDelete       Action = "webhook.delete"
	WebhookRotateSecret Action = "webhook.rotate_secret" //nolint:gosec // the name of an act
	WebhookTest         Action = "webhook.test"
	WebhookRedeliver    Action = "webhook.redeliver"

	ApprovalRequest    Action = "approval.request"
	ApprovalApprove    Action = "approval.approve"
	ApprovalReject     Action = "approval.reject"
	ApprovalBreakGlass Action = "approval.break_glass"
)

// Actions lists them all, for filters.
func Actions() []Action {
	return []Action{
		SignIn, SignOut, SessionEnd, AccessRefused, RequestRefused, ConfigSave, ConfigRestore, LeaseExtend, LeaseEnd, LeaseConfirm,
		LeaseRelease, ChangeKeep, ChangeSchedule, ScheduleMove, ScheduleCancel, ScheduleHold,
		PointCreate, JobTrigger, LogExport, DatabaseRestore, LogKey, LogAccept,
		InstanceTerminate, InstanceSuspend, InstanceResume, InstanceExtend,
		WindowAnnounce, WindowChange, WindowStart, WindowExtend, WindowUpdate, WindowEnd, WindowVerify, WindowCancel,
		WindowHold, WindowTakeOver, WindowSettle, WindowOverrun, WindowMiss, WindowSilence, WindowRules,
		TemplateSave, TemplateDelete,
		WebhookCreate, WebhookChange, WebhookDelete, WebhookRotateSecret, WebhookTest, WebhookRedeliver,
		ApprovalRequest, ApprovalApprove, ApprovalReject, ApprovalBreakGlass,
	}
}

// Outcomes lists them all, for filters.
func Outcomes() []Outcome { return []Outcome{Intent, Done, Refused, Failed, Unknown} }
