package failpoint

// Name is that of a place. "writing" is within a transaction, before it is committed.
type Name string

// A change of the configuration, in the order in which it comes about.
const (
	ChangeWriting  Name = "change.writing"
	ChangeIntended Name = "change.intended"
	ChangeCalled   Name = "change.called"
	ChangeReadBack Name = "change.read-back"
	ChangeSettling Name = "change.settling"
	ChangeSettled  Name = "change.settled"
	ChangeObserved Name = "change.observed" // of an outside change, while it is written
	PointWriting   Name = "point.writing"
	PointPart      Name = "point.part-restored"
)

// A temporary change.
const (
	LeaseBeginning Name = "lease.beginning"
	LeaseDue       Name = "lease.due"
	LeaseEnding    Name = "lease.ending"
	LeaseEnded     Name = "lease.ended"
	LeaseClosing   Name = "lease.closing"
	LeasePostponed Name = "lease.postponed"
)

// A scheduled change.
const (
	ScheduledWriting   Name = "scheduled.writing"
	ScheduledDue       Name = "scheduled.due"
	ScheduledApplying  Name = "scheduled.applying"
	ScheduledApplied   Name = "scheduled.applied"
	ScheduledActing    Name = "scheduled.acting" // it is moved, cancelled or held
	ScheduledTold      Name = "scheduled.told"   // in the transaction in which it happens
	ScheduledPostponed Name = "scheduled.postponed"
)

// A maintenance window, and the silences that go with it.
const (
	WindowWriting   Name = "window.writing"
	WindowTold      Name = "window.told"
	WindowClaimed   Name = "window.claimed"
	WindowPartSet   Name = "window.part-set"
	WindowStep      Name = "window.step"
	WindowPartBack  Name = "window.part-back"
	WindowReported  Name = "window.reported"
	WindowPostponed Name = "window.postponed"
	SilenceClaimed  Name = "silence.claimed"
	SilenceKept     Name = "silence.kept"
	SilenceSettled  Name = "silence.settled"
)

// A job that is run by hand.
const (
	TriggerIntended Name = "trigger.intended"
	TriggerCalled   Name = "trigger.called"
	TriggerRecorded Name = "trigger.recorded"
)

// What is sent to webhooks.
const (
	DeliveryClaimed  Name = "delivery.claimed"
	DeliverySent     Name = "delivery.sent"
	DeliveryRecorded Name = "delivery.recorded"
)

// An idempotency key.
const (
	KeyClaimed  Name = "key.claimed"
	KeyDone     Name = "key.done"
	KeyFinished Name = "key.finished"
)

// An act that needs a second person.
const (
	ApprovalHolding  Name = "approval.holding"
	ApprovalHeld     Name = "approval.held"
	ApprovalDeciding Name = "approval.deciding"
	ApprovalUsing    Name = "approval.using"
)

// The audit log and its signed heads.
const (
	AuditHeadTaken Name = "audit.head-taken"
	AuditAppended  Name = "audit.appended"
	AuditHeadSent  Name = "audit.head-sent"
)

// SearchIndexing is in the index of what is searched.
const SearchIndexing Name = "search.indexing"

// A session.
const (
	SessionOpening        Name = "session.opening"
	SessionOpened         Name = "session.opened"
	SessionRenewalClaimed Name = "session.renewal-claimed"
	SessionRenewed        Name = "session.renewed"
	SessionReplaced       Name = "session.replaced"
	SessionEnding         Name = "session.ending"
	SessionEnded          Name = "session.ended"
)

// A backup of SQLite.
const (
	BackupCopied Name = "backup.copied"
	BackupMade   Name = "backup.made"
	BackupNamed  Name = "backup.named"
)

// The embedded control plane and its jobs.
const (
	ConfigWriting     Name = "config.writing"
	ConfigWritten     Name = "config.written"
	JobTriggering     Name = "job.triggering"
	JobBegun          Name = "job.begun"
	JobDone           Name = "job.done"
	JobRecorded       Name = "job.recorded"
	SchemaWritten     Name = "schema.written"
	SchemaSwitching   Name = "schema.switching"
	SchemaSwitched    Name = "schema.switched"
	ExportReset       Name = "export.reset"
	InstanceEnded     Name = "instance.ended"
	InstanceSuspended Name = "instance.suspended"
)

// The start of the program.
const (
	MigrationDone   Name = "migration.done" // one of several
	PlatformMade    Name = "platform.made"
	EngineMigrated  Name = "engine.migrated"
	ChangeRecovered Name = "change.recovered"
)

// All lists them.
func All() []Name {
	return []Name{
		ChangeWriting, ChangeIntended, ChangeCalled, ChangeReadBack, ChangeSettling, ChangeSettled, ChangeObserved,
		PointWriting, PointPart, LeaseBeginning, LeaseDue, LeaseEnding, LeaseEnded, LeaseClosing, LeasePostponed,
		ScheduledWriting, ScheduledDue, ScheduledApplying, ScheduledApplied, ScheduledActing, ScheduledTold,
		ScheduledPostponed,
		WindowWriting, WindowTold, WindowClaimed, WindowPartSet, WindowStep, WindowPartBack, WindowReported, WindowPostponed,
		SilenceClaimed, SilenceKept, SilenceSettled, TriggerIntended, TriggerCalled, TriggerRecorded, DeliveryClaimed,
		DeliverySent, DeliveryRecorded, KeyClaimed, KeyDone, KeyFinished, ApprovalHolding, ApprovalHeld, ApprovalDeciding,
		ApprovalUsing, AuditHeadTaken, AuditAppended, AuditHeadSent, SearchIndexing, SessionOpening, SessionOpened, SessionRenewalClaimed,
		SessionRenewed, SessionReplaced, SessionEnding, SessionEnded, BackupCopied, BackupMade, BackupNamed, ConfigWriting,
		ConfigWritten, JobTriggering, JobBegun, JobDone, JobRecorded, SchemaWritten, SchemaSwitching, SchemaSwitched,
		ExportReset, InstanceEnded, InstanceSuspended, MigrationDone, PlatformMade, EngineMigrated, ChangeRecovered,
	}
}
