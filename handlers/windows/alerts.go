package windows

import (
	"context"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// alertMatchers is the field that says which alerts a window silences.
const alertMatchers = "alert_matchers"

// alertMatchers reads matchers: an array of texts in JSON, in a form one text, with a matcher a
// line.
func (f fields) alertMatchers() []string {
	if !f.IsForm() {
		return f.Texts(alertMatchers)
	}

	typed := f.Text(alertMatchers)
	if strings.TrimSpace(typed) == "" {
		return []string{}
	}

	return []string{lines(typed)}
}

// silences reports whether windows can silence alerts.
func (h *Handlers) silences() bool { return h.Windows.Alerts.Silencer != nil }

// withDefaultMatchers has a draft that does not say which alerts it silences say so.
func (h *Handlers) withDefaultMatchers(draft maintenance.Draft) maintenance.Draft {
	if draft.AlertMatchers == nil {
		draft.AlertMatchers = h.Windows.Alerts.Matchers
	}

	return draft
}

// countPatience is how long a review waits for Alertmanager.
const countPatience = 2 * time.Second

// alertsNow are the alerts that a window would silence now, as far as Alertmanager says so.
func (h *Handlers) alertsNow(ctx context.Context, w maintenance.Window) *pages.AlertsNow {
	if len(w.AlertMatchers) == 0 || !h.silences() {
		return nil
	}

	ctx, cancel := context.WithTimeout(ctx, countPatience)
	defer cancel()

	count, err := h.Windows.CountAlerts(ctx, w)
	if err != nil {
		return &pages.AlertsNow{Problem: alertmanager.Message(err)}
	}

	return &pages.AlertsNow{Count: &count}
}
