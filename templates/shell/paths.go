package shell

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// JobPath is the page of a job, with its runs.
func JobPath(job ops.JobName) string { return "/jobs/" + url.PathEscape(string(job)) }

// TriggerPath is where a run of the job is asked for.
func TriggerPath(job ops.JobName) string {
	return JobPath(job) + "/trigger"
}

// The pages of maintenance that several lead to.
const (
	WindowsPath         = "/maintenance/windows"
	MaintenanceModePath = "/config/maintenance"
	WindowTemplatesPath = "/maintenance/templates"
	WebhooksPath        = "/maintenance/webhooks"
)

// IncidentPath is what happened from one moment to another.
func IncidentPath(from, until time.Time) string {
	return "/incident?" + url.Values{"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {until.UTC().Format(time.RFC3339Nano)}}.Encode()
}

// WindowPath is the page of a window.
func WindowPath(id int64) string { return fmt.Sprintf("%s/%d", WindowsPath, id) }

// JobTitle is a job's name in words: export reconciliation.
func JobTitle(name ops.JobName) string { return strings.ReplaceAll(string(name), "_", " ") }

// InstancesPath lists the instances.
const InstancesPath = "/instances"

// InstancePath is the page of an instance.
func InstancePath(id int64) string { return fmt.Sprintf("%s/%d", InstancesPath, id) }

// InstancesOf lists those of an owner and in a status; "" is any.
func InstancesOf(owner, status string) string {
	values := url.Values{}

	for name, value := range map[string]string{"owner": owner, "status": status} {
		if value != "" {
			values.Set(name, value)
		}
	}

	if len(values) == 0 {
		return InstancesPath
	}

	return InstancesPath + "?" + values.Encode()
}
