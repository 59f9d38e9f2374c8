package controlplane

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/store"
)

// connections is a collector that looks at the pools when it is asked.
type connections struct {
	pools []*sql.DB
	desc  *prometheus.Desc
}

// NewDatabaseConnections collects graph_olap_database_connections{state}: total is
// how many there may be, in_use how many are working, available the rest.
//
//nolint:ireturn // what a registry takes
func NewDatabaseConnections(db *store.DB) prometheus.Collector {
	pools := []*sql.DB{db.Write()}
	if db.Read() != db.Write() {
		pools = append(pools, db.Read())
	}

	return connections{
		pools: pools,
		desc: prometheus.NewDesc("graph_olap_database_connections", "Connections to the database, by state.",
			[]string{"state"}, nil),
	}
}

// Describe implements [prometheus.Collector].
func (c connections) Describe(descs chan<- *prometheus.Desc) { descs <- c.desc }

// Collect implements [prometheus.Collector].
func (c connections) Collect(metrics chan<- prometheus.Metric) {
	var total, inUse int

	for _, pool := range c.pools {
		stats := pool.Stats()
		total += stats.MaxOpenConnections
		inUse += stats.InUse
	}

	for _, state := range []struct {
		name  string
		count int
	}{{"total", total}, {"in_use", inUse}, {"available", total - inUse}} {
		metrics <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(state.count), state.name)
	}
}
