package handlers

import (
	"context"
	"net/http"
	"time"
)

const readyTimeout = 2 * time.Second

// healthz says that the process answers.
func (h *Handlers) healthz(p *page) error {
	return p.json(http.StatusOK, map[string]string{"status": "healthy", "version": h.Version})
}

// readyz says whether the console can do its work: its database answers. A control
// plane that is down does not make it unready, the console then is needed most.
func (h *Handlers) readyz(p *page) error {
	ctx, cancel := context.WithTimeout(p.ctx(), readyTimeout)
	defer cancel()

	if err := h.Ready(ctx); err != nil {
		h.Logger.WarnContext(ctx, "not ready", "error", err)

		return p.json(http.StatusServiceUnavailable, map[string]string{
			"status": "not_ready", "database": "disconnected", "version": h.Version,
		})
	}

	return p.json(http.StatusOK, map[string]string{"status": "ready", "database": "connected", "version": h.Version})
}
