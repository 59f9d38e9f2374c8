package metrics

import (
	"database/sql"
	"runtime"

	"github.com/graph-olap/opsconsole/internal/database"
)

// process tells what runs.
func (m *Metrics) process(out sink) {
	build := m.config.Build
	out.gauge("build_info", "1, labelled with the build of this console.", 1,
		"version", build.Version, "commit", build.Commit, "go_version", build.Go)
	out.gauge("goroutines", "Goroutines of this process.", float64(runtime.NumGoroutine()))
	out.gauge("live_streams", "Streams of live updates that are open.", float64(m.config.Streams()))
}

// database tells how the console's own database does, and the pools of connections to it.
func (m *Metrics) database(out sink) {
	now := m.config.Database.Condition()
	reads := now.Status != database.NotAnswering && now.Status != database.Unknown

	out.flag("database_up", "1 while this console's own database can be read.", reads)
	out.flag("database_writable", "1 while this console's own database can be written.", reads && now.Status != database.NotWritable)

	if now.LatencyMS != nil {
		out.gauge("database_latency_seconds", "How long the last check of the database took.", seconds(*now.LatencyMS))
	}

	read, write := m.config.DB.Read(), m.config.DB.Write()
	if read == write {
		pool(out, "all", read)

		return
	}

	pool(out, "read", read)
	pool(out, "write", write)
}

func pool(out sink, name string, db *sql.DB) {
	stats := db.Stats()
	out.gauge("database_connections_limit", "Maximum connections of a pool.", float64(stats.MaxOpenConnections), "pool", name)
	out.gauge("database_connections", "Connections of a pool, by state.", float64(stats.InUse), "pool", name, "state", "in_use")
	out.gauge("database_connections", "Connections of a pool, by state.", float64(stats.Idle), "pool", name, "state", "idle")
	out.counter("database_connection_waits_total", "How often a request had to wait for a connection.",
		float64(stats.WaitCount), "pool", name)
	out.counter("database_connection_wait_seconds_total", "How long requests waited for a connection.",
		stats.WaitDuration.Seconds(), "pool", name)
}

// chain tells whether the audit log holds together.
func (m *Metrics) chain(out sink) {
	state := m.config.Chain()
	if state.VerifiedAt.IsZero() && state.Intact { // it was not looked through yet, and nothing was found so far
		return
	}

	out.flag("audit_chain_intact", "0 when the audit log is not intact.", state.Intact)
	out.gauge("audit_verified_entries", "Entries of the audit log that were verified.", float64(state.Entries))
	out.moment("audit_verified_timestamp_seconds", "When the audit log was last verified to its head.", state.VerifiedAt)

	if state.Anchored {
		out.moment("audit_head_timestamp_seconds", "When a signed head of the audit log was last accepted elsewhere.", state.HeadAt)
		out.gauge("audit_heads_waiting", "Signed heads of the audit log that no destination has accepted yet.", float64(state.HeadsWaiting))
	}
}

// backups tells how the scheduled backups do, where some are made.
func (m *Metrics) backups(out sink) {
	if m.config.Backups == nil {
		return
	}

	lastAt, failing := m.config.Backups()
	out.moment("backup_timestamp_seconds", "When the newest backup was started.", lastAt)
	out.flag("backup_failing", "1 while the last attempt to make a backup failed.", failing)
}
