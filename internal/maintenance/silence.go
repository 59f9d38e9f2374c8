package maintenance

import (
	"context"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
)

// Alerts says how windows silence alerts.
type Alerts struct {
	// Silencer silences them; nil does not, and then windows may not ask for it.
	Silencer Silencer
	// Matchers are those of a window that names none.
	Matchers []string
	// Environment and PublicURL are told to whoever reads a silence: what is being maintained, and
	// where the windows are, nil for nowhere.
	Environment string
	PublicURL   *url.URL
}

// Silencer is Alertmanager, as [alertmanager.Client] asks it.
type Silencer interface {
	Keep(ctx context.Context, order alertmanager.Order) (alertmanager.Result, error)
	End(ctx context.Context, mark string, ids []string) (alertmanager.Result, error)
	CountAlerts(ctx context.Context, matchers []alertmanager.Matcher) (alertmanager.Alerts, error)
}

// SilenceState is where the silence of a window stands.
type SilenceState string

// The states of a silence. Starting was not seen to be active yet; an active one was, when
// Alertmanager was asked last. One that was ended by hand, in Alertmanager, is let be. Ending
// is to be gone, and was not seen to be yet.
const (
	SilenceStarting    SilenceState = "starting"
	SilenceActive      SilenceState = "active"
	SilenceEndedByHand SilenceState = "ended_by_hand"
	SilenceEnding      SilenceState = "ending"
	SilenceGone        SilenceState = "gone"
)

// SilenceStates lists them all.
func SilenceStates() []SilenceState {
	return []SilenceState{SilenceStarting, SilenceActive, SilenceEndedByHand, SilenceEnding, SilenceGone}
}

// Silence is what became of the alerts that a window silences.
type Silence struct {
	State SilenceState `json:"state"`
	// IDs are those that Alertmanager gave its silences, oldest first: it gives another one to what
	// it had lost.
	IDs []string `json:"ids"`
	// ActiveSince is when it was first seen to be active, EndsAt when it ends by itself.
	ActiveSince *time.Time `json:"active_since"`
	EndsAt      *time.Time `json:"ends_at"`
	// EndedByHandAt is when somebody ended it in Alertmanager.
	EndedByHandAt *time.Time `json:"ended_by_hand_at"`
	// GoneAt is when it was seen, once the window was over, that none is active.
	GoneAt *time.Time `json:"gone_at"`
	// Problem says why it is not as it should be, "" when it is. It is tried again.
	Problem string `json:"problem"`
	// ClockSkewSeconds is how far Alertmanager's clock is ahead of ours.
	ClockSkewSeconds int64 `json:"clock_skew_seconds"`
}

// noAlertmanager is the type of the error of a window that cannot silence.
const noAlertmanager = "alertmanager"

// checkMatchers returns the matchers as they are kept, nil for nil.
func (s *Windows) checkMatchers(texts []string, wrong *fieldErrors) []string {
	if texts == nil {
		return nil
	}

	matchers, err := alertmanager.ParseMatchers(texts...)

	switch {
	case err != nil:
		wrong.addf("alert_matchers", "matcher", "%s", err)
	case len(matchers) > 0 && s.Alerts.Silencer == nil:
		wrong.addf("alert_matchers", noAlertmanager, "cannot be silenced: no Alertmanager is configured (--alertmanager-url)")
	}

	return alertmanager.Strings(matchers)
}

// CountAlerts counts the alerts that fire now and that a window would silence.
func (s *Windows) CountAlerts(ctx context.Context, w Window) (alertmanager.Alerts, error) {
	return s.Alerts.Silencer.CountAlerts(ctx, w.matchers())
}

// matchers are those of the window; they were checked when it was kept.
func (w Window) matchers() []alertmanager.Matcher {
	matchers, err := alertmanager.ParseMatchers(w.AlertMatchers...)
	if err != nil { // by another version: nothing is silenced rather than too much
		return nil
	}

	return matchers
}

// silencesNone has a window from before silences name no alerts.
func (w *Window) silencesNone() {
	if w.AlertMatchers == nil {
		w.AlertMatchers = []string{}
	}
}

// silencing reports whether alerts are to be silenced: from when everything is applied until
// everything is put back, or somebody has to decide about it, which may take days.
func (w Window) silencing() bool {
	return len(w.matchers()) > 0 && w.StartedAt != nil &&
		(w.stored == Active || w.stored == Verifying || w.stored == Overrun)
}
