package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// window is the part of a maintenance window's JSON that these tests look at.
type window struct {
	ID        int64   `json:"id"`
	Phase     string  `json:"phase"`
	StartedAt *string `json:"started_at"`
	Report    *struct {
		Restored bool `json:"restored"`
		Sections []struct {
			Section     string `json:"section"`
			Differences []any  `json:"differences"`
		} `json:"sections"`
	} `json:"report"`
}

// set puts a value into a field whose own editor takes no typing as text.
func (p *page) set(name, value string) {
	p.t.Helper()
	p.until("a field "+name, fmt.Sprintf(`((e) => e && (e.value = %s, e.dispatchEvent(new Event("change", {bubbles: true})), true))(%s)`,
		literal(value), find("[name="+name+"]", "")))
}

// public is what somebody without an account reads.
func (d *demo) public(t *testing.T, path string) string {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}

	response, err := (&http.Client{Timeout: patience}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v, want 200", path, response.Status, err)
	}

	return string(text)
}

// announce announces a window through the form and its review, and returns its page.
func (p *page) announce(title string, startsIn, length time.Duration) (path string) {
	p.t.Helper()
	p.reviewWindow(title, startsIn, length)

	return p.confirmWindow(title)
}

// reviewWindow fills the form and goes to its review.
func (p *page) reviewWindow(title string, startsIn, length time.Duration) {
	p.t.Helper()

	start := time.Now().UTC().Add(startsIn)
	clock := func(at time.Time) string { return at.Format("2006-01-02T15:04:05") }

	p.visit("/maintenance/windows/new")
	p.fill("title", title)
	p.fill("message", "We **patch** the cluster.")
	p.set("starts_at", clock(start))
	p.set("ends_at", clock(start.Add(length)))
	p.fill("time_zone", "UTC")
	p.until("maintenance mode is ticked", `((e) => e && (e.checked || (e.click(), false)))(document.querySelector("[name=maintenance_mode]"))`)
	p.pressIn("main form", "Review")
	p.sees("h1", "Review: "+title)
	p.sees(".announcement strong", "patch")
}

// confirmWindow announces what the review has, and returns the window's page.
func (p *page) confirmWindow(title string) (path string) {
	p.t.Helper()
	p.fill("reason", "Monthly patching")
	p.fill("confirm", "demo")
	p.pressIn("main form", "Announce")
	p.sees("h1", title)
	p.until("the page of the window", `/^\/maintenance\/windows\/\d+$/.test(location.pathname)`)

	return evaluate[string](p, "location.pathname")
}

func TestAWindowStartsAndEndsOnAnOpenPage(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p, user := d.as(t, "dave", "/"), d.open(t)

	user.visit("/announcements")
	user.sees("main", "No maintenance is announced")

	path := p.announce("Patching", time.Hour, time.Hour)
	loaded := evaluate[float64](p, "performance.timeOrigin")

	p.sees("[aria-current=step]", "Announced")
	user.comesToSee(".announcement", "Announced")

	// Nobody touches the page from here on, as its time comes.
	soon := time.Now().UTC().Add(3 * time.Second)
	decode[window](t, p.fetch(http.MethodPatch, path, map[string]any{
		"starts_at": soon, "ends_at": soon.Add(20 * time.Second), "reason": "We can begin", "confirm": "demo",
	}), http.StatusOK)
	p.sees("[aria-current=step]", "Active")
	p.sees(".banner", "Maintenance is on: Patching")
	user.comesToSee(".announcement", "Under way")

	p.sees("[aria-current=step]", "Completed")
	p.sees("#report", "Everything is restored")

	if now := evaluate[float64](p, "performance.timeOrigin"); now != loaded {
		t.Error("the page was loaded anew")
	}

	user.comesToSee(".announcement", "Completed")

	over := decode[window](t, p.fetch(http.MethodGet, path, nil), http.StatusOK)
	if over.Phase != "completed" || over.Report == nil || !over.Report.Restored || len(over.Report.Sections) != 1 ||
		len(over.Report.Sections[0].Differences) != 0 {
		t.Errorf("got %+v, want it completed, with one section restored as it was", over)
	}
}

func TestAWindowIsStartedExtendedAndEndedByHand(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/")
	path := p.announce("By hand", time.Hour, time.Hour)

	p.pressIn("main", "Start now")
	p.fill("reason", "We are early")
	p.pressIn("main form", "Start now")
	p.at(path)
	p.sees("[aria-current=step]", "Active")

	var mode struct {
		Data struct {
			Enabled bool   `json:"enabled"`
			Message string `json:"message"`
		} `json:"data"`
	}

	d.callControlPlane(t, http.MethodGet, "/api/config/maintenance", nil, &mode)

	if !mode.Data.Enabled || mode.Data.Message != "We **patch** the cluster." {
		t.Errorf("maintenance mode is %+v, want it on, with the message of the window", mode.Data)
	}

	p.pressIn("main", "Extend")
	p.fill("reason", "It takes longer")
	p.pressIn("main form", "Change end time")
	p.at(path)
	p.sees("main", "Extended")

	p.pressIn("main", "End now")
	p.fill("reason", "We are done")
	p.pressIn("main form", "End now and restore")
	p.at(path)
	p.sees("[aria-current=step]", "Completed")

	d.callControlPlane(t, http.MethodGet, "/api/config/maintenance", nil, &mode)

	if mode.Data.Enabled || mode.Data.Message != "" {
		t.Errorf("maintenance mode is %+v, want it off, without a message", mode.Data)
	}
}

func TestAPipelineAnnouncesAndEndsAWindow(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/")

	made := decode[window](t, p.fetch(http.MethodPost, "/maintenance/windows", map[string]any{
		"title": "Release", "message": "We release.", "ends_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339), "time_zone": "UTC",
		"maintenance_mode": true, "settings": map[string]any{"concurrency": map[string]any{"per_analyst": 3}}, "recurrence": nil,
		"reason": "Release of the day", "confirm": "demo",
	}), http.StatusCreated)
	if made.Phase != "active" || made.StartedAt == nil {
		t.Errorf("got %+v, want it active and started", made)
	}

	if now := p.limits(); now.Current.PerAnalyst != 3 {
		t.Errorf("the limit is %d, want 3", now.Current.PerAnalyst)
	}

	path := fmt.Sprintf("/maintenance/windows/%d", made.ID)
	ended := decode[window](t, p.fetch(http.MethodPost, path+"/end", map[string]any{"reason": "The release is out"}), http.StatusOK)

	if ended.Phase != "completed" || p.limits().Current.PerAnalyst != 5 {
		t.Errorf("got %+v, want it completed and 5 per analyst", ended)
	}
}

// runAWindow starts a window and ends it, and returns the page with its report.
func (p *page) runAWindow() (path string) {
	p.t.Helper()

	made := decode[window](p.t, p.fetch(http.MethodPost, "/maintenance/windows", map[string]any{
		"title": "Rotation", "message": "We rotate.", "ends_at": time.Now().Add(time.Minute).UTC().Format(time.RFC3339),
		"maintenance_mode": true, "reason": "Rotation of the day", "confirm": "demo",
	}), http.StatusCreated)
	path = fmt.Sprintf("/maintenance/windows/%d", made.ID)

	decode[window](p.t, p.fetch(http.MethodPost, path+"/end", map[string]any{"reason": "It is rotated"}), http.StatusOK)

	return path
}

// addWebhook tells a server of the test about windows, and returns the webhook's page.
func (p *page) addWebhook() (path string) {
	p.t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	p.t.Cleanup(server.Close)

	made := decode[struct {
		ID int64 `json:"id"`
	}](p.t, p.fetch(http.MethodPost, "/maintenance/webhooks", map[string]any{
		"name": "status page", "kind": "generic", "url": server.URL, "reason": "Users look there",
	}), http.StatusCreated)

	return fmt.Sprintf("/maintenance/webhooks/%d", made.ID)
}

// delivered waits until the webhook was told of something, and returns that delivery's page.
func (p *page) delivered() (path string) {
	p.t.Helper()

	worldtest.Eventually(p.t, "something is delivered", func() bool {
		page := decode[struct {
			Items []struct {
				ID    string `json:"id"`
				State string `json:"state"`
			} `json:"items"`
		}](p.t, p.fetch(http.MethodGet, "/maintenance/deliveries", nil), http.StatusOK)

		for _, delivery := range page.Items {
			if delivery.State == "delivered" {
				path = "/maintenance/deliveries/" + delivery.ID
			}
		}

		return path != ""
	})

	return path
}

func TestAnnouncementsAreLightAndAccessible(t *testing.T) {
	t.Parallel()

	d := startDemo(t, "--webhook-allowed-hosts", "127.0.0.1", "--webhook-allowed-networks", "127.0.0.0/8")
	p := d.as(t, "dave", "/")
	webhook := p.addWebhook()
	p.reviewWindow("Patching", time.Hour, time.Hour)
	p.checkSchemes()
	path := p.confirmWindow("Patching")

	over, delivery := p.runAWindow(), p.delivered()

	for _, page := range []string{
		"/maintenance", "/maintenance/windows", path, path + "/edit", path + "/start", "/maintenance/windows/new", "/maintenance/templates",
		"/maintenance/templates/new", "/maintenance/webhooks", "/maintenance/webhooks/new", "/maintenance/deliveries", "/announcements",
		path + "/cancel", over, webhook, webhook + "/edit", webhook + "/rotate", webhook + "/delete", delivery,
	} {
		p.checkPage(page)
	}

	for _, path := range []string{"/announcements", "/announcements.ics", "/announcements.atom", "/announcements.json"} {
		if text := d.public(t, path); !strings.Contains(text, "Patching") || strings.Contains(text, "dave") {
			t.Errorf("%s is\n%s\nwant Patching in it and not dave", path, text)
		}
	}
}
