package ops

// ProbeStatus is the answer of GET /health and GET /ready, which stands in no envelope.
type ProbeStatus struct {
	// Status is healthy of /health; ready or not_ready of /ready.
	Status  string `json:"status"`
	Version string `json:"version"`
	// Database is connected or disconnected, "" when the answer does not say.
	Database string `json:"database,omitempty"`
}

// The values of [ProbeStatus].
const (
	ProbeHealthy         = "healthy"
	ProbeReady           = "ready"
	ProbeNotReady        = "not_ready"
	DatabaseConnected    = "connected"
	DatabaseDisconnected = "disconnected"
)
