package platform

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Capacity is the page of the cluster's instances.
type Capacity struct {
	shell.Freshness

	Overall components.Line `json:"overall"`
	Total   int             `json:"total"`
	Limits  ops.Limits      `json:"limits"`
	// ByStatus has every status of the contract, in its order, then what else came.
	ByStatus []StatusCount `json:"by_status"`
	// ByOwner has those at or above their limit first; OwnersTotal counts them all.
	ByOwner     []Owner `json:"by_owner"`
	OwnersTotal int     `json:"owners_total"`
	// AllOwners is the address of the page with all of them, "" when all are shown.
	AllOwners string `json:"-"`
	// FullAt is when the limit is reached if it goes on as in the last hour; nil when that
	// is nothing to go by.
	FullAt *time.Time `json:"full_at"`
	// Bar leads to other times, CSV has the numbers of the chart as a file.
	Bar TimeBar `json:"-"`
	CSV string  `json:"-"`
	// Used and ClusterTotal are drawn over From to Until, and are the highest of each step of StepSeconds; 0
	// where they are the samples of the last hour as they were taken. Reach is "" for a time that has no name.
	Reach        Reach          `json:"range"`
	StepSeconds  int            `json:"step_seconds"`
	Used         monitor.Series `json:"used"`
	ClusterTotal monitor.Series `json:"cluster_total"`
	// LimitRecord is what the limit was set to from when on, as the changes tell; nil where they do not.
	LimitRecord monitor.Series    `json:"-"`
	From        time.Time         `json:"from"`
	Until       time.Time         `json:"until"`
	Marks       []components.Mark `json:"marks"`
}

// StatusCount is how many there are in a status.
type StatusCount struct {
	Status string `json:"status"`
	Count  int    `json:"count"`
}

// Owner is an analyst and how many instances they hold.
type Owner struct {
	OwnerUsername string `json:"owner_username"`
	Count         int    `json:"count"`
	// Room is how many more they may start; negative above the limit.
	Room int `json:"room"`
}

// CapacityRegion is the live region of the page.
const CapacityRegion = "live-capacity"
