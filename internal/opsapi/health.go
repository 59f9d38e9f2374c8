package opsapi

import (
	"math"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

// health is an [ops.Health] as it is written.
type health struct {
	Status     ops.HealthStatus     `json:"status"`
	Components map[string]component `json:"components"`
	CheckedAt  ops.Time             `json:"checked_at"`
}

// component has its latency in whole milliseconds: typed clients refuse a fraction.
type component struct {
	Status    ops.ComponentStatus `json:"status"`
	LatencyMS *int64              `json:"latency_ms"`
	Error     *string             `json:"error"`
}

func clusterHealth(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	found, err := s.platform.As(caller).GetClusterHealth(c.Request().Context())

	data := health{Status: found.Status, Components: map[string]component{}, CheckedAt: found.CheckedAt}
	for name, c := range found.Components {
		data.Components[name] = component{Status: c.Status, LatencyMS: wholeMS(c.LatencyMS), Error: c.Error}
	}

	return answer{status: http.StatusOK, data: data}, err
}

// wholeMS rounds up: what took any time is not 0, which Python takes for nothing, and what is
// above a limit in whole milliseconds stays above it.
func wholeMS(latency *float64) *int64 {
	if latency == nil {
		return nil
	}

	return new(int64(math.Ceil(*latency)))
}
