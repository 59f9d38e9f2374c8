package jobs

import (
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// Error codes of instances. A platform's own table takes no others than these and
// MAPPING_FETCH_ERROR, SCHEMA_CREATE_ERROR and DATABASE_ERROR: contract, section 9.
const (
	codeStartupFailed         = "STARTUP_FAILED"
	codeDataLoadError         = "DATA_LOAD_ERROR"
	codeOOMKilled             = "OOM_KILLED"
	codeUnexpectedTermination = "UNEXPECTED_TERMINATION"
)

// errorCode is that of an instance in this state whose pod is over.
func (p Pod) errorCode(status ops.InstanceStatus) string {
	switch {
	case strings.HasPrefix(p.Message, oomKilled):
		return codeOOMKilled
	case status == ops.InstanceRunning:
		return codeUnexpectedTermination
	default:
		return codeStartupFailed
	}
}

// oomKilled is what Kubernetes calls the end of a container for want of memory.
const oomKilled = "OOMKilled"
