package durability_test

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// scenario is how the program comes to a place.
type scenario struct {
	// prepare is done before it is started, act again and again until it is killed; nil for nothing.
	prepare, act func(*world)
	// often is how many times more the program comes there soon.
	often int
	// pause is how long what is done by itself is waited for.
	pause time.Duration
}

// scenarios are those of the places to which a console comes that is in use; others have tests of their own.
func scenarios() map[failpoint.Name]scenario {
	const soon = 200 * time.Millisecond

	var (
		saves    = scenario{act: (*world).save, often: 2}
		leases   = scenario{act: (*world).temporarily, often: 1}
		brief    = scenario{act: (*world).briefly, pause: soon}
		later    = scenario{act: (*world).later, pause: soon}
		windows  = scenario{act: (*world).announce, pause: soon}
		announce = scenario{act: (*world).announceSoon, pause: soon}
		waits    = scenario{prepare: (*world).fallIll, act: (*world).announce, pause: soon}
		triggers = scenario{prepare: (*world).coolDown, act: (*world).trigger}
		hooks    = scenario{act: (*world).test, often: 1, pause: soon}
		passers  = scenario{act: (*world).comeAndGo, often: 1}
		renewals = scenario{prepare: (*world).age, act: (*world).look}
		jobs     = scenario{often: 2, pause: soon}
		outside  = scenario{act: (*world).outside, often: 1}
		asks     = scenario{act: (*world).keepPoint}
	)

	return map[failpoint.Name]scenario{
		failpoint.ChangeWriting: saves, failpoint.ChangeIntended: saves, failpoint.ChangeCalled: saves, failpoint.ChangeReadBack: saves,
		failpoint.ChangeSettling: saves, failpoint.ChangeSettled: saves, failpoint.ChangeObserved: outside,
		failpoint.PointWriting: {act: (*world).approve}, failpoint.PointPart: {act: (*world).restorePoint},

		failpoint.LeaseBeginning: leases, failpoint.LeaseEnding: leases, failpoint.LeaseEnded: leases,
		failpoint.LeaseDue: brief, failpoint.LeaseClosing: {act: (*world).confirmLease}, failpoint.LeasePostponed: {
			prepare: (*world).leaveUnknown, pause: soon,
		},

		failpoint.ScheduledWriting: later, failpoint.ScheduledDue: later, failpoint.ScheduledApplying: later, failpoint.ScheduledApplied: later,
		failpoint.ScheduledTold:   later,
		failpoint.ScheduledActing: {act: (*world).muchLater, pause: soon}, failpoint.ScheduledPostponed: {
			prepare: (*world).leaveLaterUnknown, pause: soon,
		},

		failpoint.WindowWriting: windows, failpoint.WindowTold: windows, failpoint.WindowPartSet: windows, failpoint.WindowStep: windows,
		failpoint.WindowPartBack: windows, failpoint.WindowReported: windows, failpoint.WindowClaimed: announce,
		failpoint.WindowPostponed: waits, failpoint.SilenceClaimed: windows, failpoint.SilenceKept: windows, failpoint.SilenceSettled: windows,

		failpoint.TriggerIntended: triggers, failpoint.TriggerCalled: triggers, failpoint.TriggerRecorded: triggers,
		failpoint.JobTriggering:   triggers,
		failpoint.DeliveryClaimed: hooks, failpoint.DeliverySent: hooks, failpoint.DeliveryRecorded: hooks,
		failpoint.KeyClaimed: saves, failpoint.KeyDone: saves, failpoint.KeyFinished: saves,

		failpoint.ApprovalHolding: asks, failpoint.ApprovalHeld: asks, failpoint.ApprovalDeciding: {act: (*world).reject},
		failpoint.ApprovalUsing:  {act: (*world).approve},
		failpoint.AuditHeadTaken: saves, failpoint.AuditAppended: saves, failpoint.AuditHeadSent: {pause: soon},
		failpoint.SearchIndexing: {act: (*world).save, often: 1, pause: soon},

		failpoint.SessionOpening: passers, failpoint.SessionOpened: passers, failpoint.SessionEnding: passers, failpoint.SessionEnded: passers,
		failpoint.SessionRenewalClaimed: renewals, failpoint.SessionRenewed: renewals, failpoint.SessionReplaced: renewals,

		failpoint.ConfigWriting: saves, failpoint.ConfigWritten: saves,
		failpoint.JobBegun: jobs, failpoint.JobDone: jobs, failpoint.JobRecorded: jobs,
		failpoint.SchemaWritten: jobs, failpoint.SchemaSwitching: jobs, failpoint.SchemaSwitched: jobs,
		failpoint.ExportReset:   {prepare: (*world).forgetExport, pause: soon},
		failpoint.InstanceEnded: {prepare: (*world).outlive, pause: soon}, failpoint.InstanceSuspended: {prepare: (*world).idle, pause: soon},

		failpoint.EngineMigrated: {},
	}
}

// onSQLite are the places to which only a SQLite database leads.
func onSQLite() map[failpoint.Name]scenario {
	return map[failpoint.Name]scenario{failpoint.ChangeRecovered: {}}
}

// fallIll has the platform be ill, so that a window does not end.
func (w *world) fallIll() { w.ill.Store(true) }

// coolDown lets jobs be run by hand again.
func (w *world) coolDown() { w.exec(`DELETE FROM opsconsole_job_triggers`) }

// age has it be long ago that the provider was asked about sessions.
func (w *world) age() {
	w.exec(`UPDATE opsconsole_sessions SET checked_at = $1`, store.Time{Time: time.Now().Add(-time.Hour)})
}

// leaveUnknown has a temporary change end while it is not known what became of another change of its section.
func (w *world) leaveUnknown() {
	w.t.Helper()

	for left := 0; left == 0; { // it may be the end itself of which that is not known
		w.begin(at("kill", failpoint.ChangeCalled, 2))

		for !w.process.dead() {
			w.briefly()
			w.save()
		}

		left = w.count(`SELECT count(*) FROM opsconsole_changes c JOIN opsconsole_leases l ON l.section = c.section
			WHERE c.outcome IN ('pending', 'unknown') AND c.source <> 'lease_end' AND c.section = 'concurrency' AND l.state = 'active'
			AND l.end_change_id IS NULL AND l.window_id IS NULL AND c.id > l.change_id`)
	}
}

// graph inserts an instance, in terms that have come to an end.
func (w *world) graph(columns, values string) {
	w.t.Helper()

	w.serial++
	w.exec(`INSERT INTO instances (owner_username, wrapper_type, name, url_slug, status, created_at, updated_at, pod_name, `+columns+`)
		VALUES ('carol', 'ryugraph', 'a', $1, 'running', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'elsewhere', `+values+`)`,
		time.Now().Format(time.RFC3339Nano))
}

func (w *world) known() {
	w.t.Helper()
	w.exec(`INSERT INTO users (username, email, display_name, created_at, updated_at)
		VALUES ('carol', 'carol@example.org', 'Carol', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z') ON CONFLICT DO NOTHING`)
}

func (w *world) outlive() {
	w.known()
	w.graph("ttl", "'PT1H'")
}

func (w *world) idle() {
	w.known()
	w.graph("inactivity_timeout", "'PT1H'")
}

// forgetExport has a worker forget an export that it took.
func (w *world) forgetExport() {
	w.t.Helper()
	w.known()

	const long = `'2026-01-01T00:00:00Z'`

	if w.count(`SELECT count(*) FROM mappings`) == 0 {
		w.exec(`INSERT INTO mappings (owner_username, name, created_at, updated_at) VALUES ('carol', 'm', ` + long + `, ` + long + `)`)
		w.exec(`INSERT INTO mapping_versions (mapping_id, version, node_definitions, edge_definitions, created_at, created_by)
			SELECT id, 1, '[]', '[]', ` + long + `, 'carol' FROM mappings`)
		w.exec(`INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at)
			SELECT id, 1, 'carol', 's', 'gs://b/s', 'creating', ` + long + `, ` + long + ` FROM mappings`)
	}

	w.exec(`INSERT INTO export_jobs (snapshot_id, job_type, entity_name, status, sql, column_names, starburst_catalog, claimed_by, claimed_at,
		gcs_path, created_at, updated_at)
		SELECT id, 'node', 'Customer', 'claimed', 'SELECT 1', '[]', 'hive', 'worker', ` + long + `, 'gs://b/e', ` + long + `, ` + long + ` FROM snapshots`)
}
