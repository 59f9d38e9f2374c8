package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
)

// longest is the part of the export section's JSON that these tests look at.
type longest struct {
	Revision string `json:"revision"`
	Current  struct {
		Seconds int `json:"max_duration_seconds"`
	} `json:"current"`
	History []change `json:"history"`
}

// changeOutside sets the longest export at the control plane itself.
func (d *demo) changeOutside(t *testing.T, seconds int) {
	t.Helper()
	d.callControlPlane(t, http.MethodPut, "/api/config/export", map[string]int{"max_duration_seconds": seconds}, new(any))
}

func TestAnOutsideChangeIsKeptOrRestored(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/config/export")
	p.sees("#live-set-now", "3,600 seconds")

	loaded := evaluate[float64](p, `performance.timeOrigin`)

	d.changeOutside(t, 5400)

	// It appears on the page as it stands: who did it, as the control plane says.
	p.sees("#live-set-now", "5,400 seconds")
	p.sees("#live-changes", "olga")

	if evaluate[float64](p, `performance.timeOrigin`) != loaded {
		t.Error("the page was loaded anew")
	}

	p.visit("/")
	p.sees("main", "changed outside this console")

	p.pressIn("main", "Keep the change or restore")
	p.sees(".facts", "outside this console")
	p.sees(".facts", "between")
	p.sees(".facts", "olga")
	p.press("Keep change")
	p.fill("reason", "Agreed with olga on the phone")
	p.pressIn("form", "Keep change")
	p.sees("main", "dave kept it")

	if now := p.longest(); now.Current.Seconds != 5400 || len(now.History) != 1 {
		t.Errorf("keeping it changed something: %+v, want 5400 s and one entry", now)
	}

	p.visit("/")
	p.until("nobody is asked any more", `document.readyState === "complete" && !`+find("main", "changed outside this console"))

	// The next one does not stay.
	d.changeOutside(t, 60)
	p.visit("/config/export")
	p.sees("#live-changes", "60")
	p.visit(fmt.Sprintf("/history/%d", p.longest().History[0].ID))
	p.press("Restore previous values")
	p.sees("h1", "review and restore")
	p.fill("reason", "A minute is too short for anybody")
	p.pressSave()
	p.at("/config/export")
	p.sees("#live-set-now", "5,400 seconds")

	now := p.longest()
	if restored := now.History[0]; now.Current.Seconds != 5400 || restored.Source != "restore" || restored.Outcome != "applied" ||
		restored.Restores == nil || *restored.Restores != now.History[1].ID || now.History[1].Source != "external" {
		t.Errorf("got %+v, want 5400 s by a restore, applied, of the change from outside", now)
	}

	p.visit("/")
	p.until("nobody is asked any more", `document.readyState === "complete" && !`+find("main", "changed outside this console"))
}

func (p *page) longest() longest {
	p.t.Helper()

	return decode[longest](p.t, p.fetch(http.MethodGet, "/config/export", nil), http.StatusOK)
}
