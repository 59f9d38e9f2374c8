package durability_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// anything is one of what operators do all day.
func (w *world) anything() {
	acts := []func(*world){(*world).save, (*world).temporarily, (*world).announce, (*world).endWindows, (*world).keepPoint, (*world).test}
	acts[w.random.IntN(len(acts))](w)
}

// section reads a section, and reports whether it takes a change.
func (w *world) section(name string) (answer, bool) {
	a, err := w.dave.get(w.t.Context(), "/config/"+name)

	return a, err == nil && a.ok() && a.at("open") == nil
}

func (w *world) save() {
	w.t.Helper()

	seen, ok := w.section("concurrency")
	if !ok { // it is not known yet what became of the last one
		w.saveOther()

		return
	}

	limit, act := w.newLimit(seen), w.serial+1
	w.limits[act] = limit
	w.do(w.dave, http.MethodPost, "/config/concurrency", "config.save",
		map[string]any{"per_analyst": limit, "revision": seen.text("revision")}, func(a answer) { w.saved(act, limit, a) })
}

// saveOther saves something of another section.
func (w *world) saveOther() {
	w.t.Helper()

	if seen, ok := w.section("lifecycle"); ok {
		w.do(w.dave, http.MethodPost, "/config/lifecycle", "config.save",
			map[string]any{"mapping.default_ttl": fmt.Sprintf("P%dD", 100+w.random.IntN(100)), "revision": seen.text("revision")}, nil)
	}
}

// newLimit is one that may not be set now.
func (w *world) newLimit(seen answer) int64 {
	for {
		const most = 50

		limit := 1 + w.random.Int64N(most)
		if limit != seen.number("current", "per_analyst") && !w.mayBe(limit) {
			return limit
		}
	}
}

// mayBe reports whether the limit may be set by now.
func (w *world) mayBe(limit int64) bool {
	return slices.Contains(slices.Collect(maps.Values(w.limits)), limit)
}

// saved notes which limits there may be. That an act was refused says nothing of others that set the same.
func (w *world) saved(act int, limit int64, a answer) {
	w.trail = append(w.trail, fmt.Sprintf("%s: act %d of %d answers %d %v", time.Now().Format(time.TimeOnly), act, limit, a.status, a.body["error"]))

	switch a.status {
	case http.StatusOK:
		w.limits = map[int]int64{act: limit}
	case http.StatusConflict, http.StatusUnprocessableEntity:
		delete(w.limits, act)
	}
}

// checkLimit looks for the limit that was set last.
func (w *world) checkLimit() {
	w.t.Helper()

	seen, _ := w.section("concurrency")

	limit := seen.number("current", "per_analyst")
	if _, untold := w.limits[0]; !untold && !w.mayBe(limit) {
		w.t.Errorf("the limit is %d, want one of %v: %v\n%s", limit, w.limits, seen.body, strings.Join(w.trail, "\n"))
	}
}

// lease sets a field of a section for a time.
func (w *world) lease(section, field, term, length string) {
	w.t.Helper()

	if seen, ok := w.section(section); ok {
		w.do(w.dave, http.MethodPost, "/config/"+section, "config.save",
			map[string]any{field: 600 + w.random.IntN(400), "revision": seen.text("revision"), term: length}, nil)
	}
}

func (w *world) temporarily() {
	if !w.onLeases("export", "active", "end") {
		w.lease("export", "max_duration_seconds", "duration", "1h")
	}
}

func (w *world) confirmLease() {
	if !w.onLeases("export", "active", "confirm") {
		w.lease("export", "max_duration_seconds", "confirm_within", "1h")
	}
}

func (w *world) briefly() {
	if !w.onLeases("concurrency", "held", "confirm") { // of which somebody has set something else since
		w.lease("concurrency", "cluster_total", "duration", "1s")
	}
}

// onLeases does something to an open temporary change of a section in a state, and reports whether there is one.
func (w *world) onLeases(section, state, act string) bool {
	w.t.Helper()

	open, err := w.dave.get(w.t.Context(), "/leases")
	if err != nil {
		return true
	}

	for _, l := range open.items() {
		if l.at("window") != nil || l.text("section") != section || l.text("state") != state {
			continue
		}

		w.do(w.dave, http.MethodPost, fmt.Sprintf("/leases/%d/%s", l.number("id"), act),
			map[string]string{"end": "config.save", "confirm": "lease.confirm"}[act], map[string]any{}, nil)

		return true
	}

	return false
}

func (w *world) keepPoint() {
	w.t.Helper()
	w.do(w.dave, http.MethodPost, "/points", "approval.request", map[string]any{"name": fmt.Sprintf("Point %d", w.serial+1)}, nil)
}

// decide has another operator decide about what waits, and asks for something where nothing does.
func (w *world) decide(act, action string) {
	w.t.Helper()

	waiting, err := w.olga.get(w.t.Context(), "/approvals?state=waiting")
	if err != nil {
		return
	}

	if len(waiting.items()) == 0 {
		w.keepPoint()

		return
	}

	w.do(w.olga, http.MethodPost, fmt.Sprintf("/approvals/%d/%s", waiting.items()[0].number("id"), act), action, map[string]any{}, nil)
}

func (w *world) approve() { w.decide("approve", "approval.approve") }
func (w *world) reject()  { w.decide("reject", "approval.reject") }

// restorePoint goes back to the oldest point, of which there is one when the time comes.
func (w *world) restorePoint() {
	w.t.Helper()

	if w.endOne() { // what a window has set is not to be set otherwise
		return
	}

	points, err := w.dave.get(w.t.Context(), "/points")
	if err != nil {
		return
	}

	if len(points.items()) == 0 {
		w.approve()

		return
	}

	path := fmt.Sprintf("/points/%d", points.items()[0].number("id"))

	seen, err := w.dave.get(w.t.Context(), path)
	if err != nil {
		return
	}

	if seen.at("complete") == true {
		w.save()

		return
	}

	for _, section := range seen.body["sections"].([]any) {
		differs := answer{body: section.(map[string]any)}
		for _, d := range differs.body["differences"].([]any) {
			if one := (answer{body: d.(map[string]any)}); one.text("field", "name") == "per_analyst" {
				w.limits[w.serial+1] = one.number("after")
			}
		}
	}

	w.do(w.dave, http.MethodPost, path+"/restore", "config.restore", map[string]any{"revision": seen.text("revision")}, nil)
}

func (w *world) window(lead time.Duration) {
	w.t.Helper()

	now := time.Now().UTC()
	body := map[string]any{
		"title": "Upgrade", "message": "The graphs are upgraded.", "ends_at": now.Add(time.Hour + lead).Format(time.RFC3339),
		"maintenance_mode": true, "time_zone": "UTC", "alert_matchers": []string{`severity="warning"`},
		"settings": map[string]any{"lifecycle": map[string]any{"instance.default_ttl": fmt.Sprintf("PT%dH", 24+w.random.IntN(100))}},
	}

	if lead > 0 {
		body["starts_at"] = now.Add(lead).Format(time.RFC3339)
	}

	w.do(w.dave, http.MethodPost, "/maintenance/windows", "window.announce", body, nil)
}

func (w *world) announce() {
	if !w.endOne() {
		w.window(0)
	}
}

func (w *world) announceSoon() {
	if !w.endOne() {
		w.window(2 * time.Second)
	}
}

// endOne ends the window that runs, and reports whether there is one that is not over.
func (w *world) endOne() bool {
	w.t.Helper()

	now, err := w.dave.get(w.t.Context(), "/maintenance/windows")
	if err != nil {
		return true
	}

	for _, one := range now.items() {
		switch one.text("phase") {
		case "active":
			w.do(w.dave, http.MethodPost, fmt.Sprintf("/maintenance/windows/%d/end", one.number("id")), "window.end", map[string]any{}, nil)

			return true
		case "announced", "verifying", "overrun":
			return true
		}
	}

	return false
}

// endWindows has every window end.
func (w *world) endWindows() { w.endOne() }

func (w *world) trigger() {
	w.t.Helper()

	jobs := jobsAtWork()
	w.do(w.dave, http.MethodPost, "/jobs/"+jobs[w.random.IntN(len(jobs))]+"/trigger", "job.trigger", map[string]any{}, nil)
}

// subscribe makes the webhook that is told of everything.
func (w *world) subscribe() {
	w.t.Helper()
	w.do(w.dave, http.MethodPost, "/maintenance/webhooks", "webhook.create",
		map[string]any{"name": "status page", "kind": "generic", "url": w.receiver, "enabled": true}, func(a answer) { w.webhook = a.number("id") })

	if w.webhook == 0 {
		w.t.Fatal("there is no webhook")
	}

	w.do(w.dave, http.MethodPost, "/maintenance/webhooks", "webhook.create", map[string]any{
		"name": "operators", "kind": "generic", "url": w.receiver, "enabled": true, "events": webhooks.ScheduledEvents(),
	}, nil)
}

// test has the webhook told that it works.
func (w *world) test() {
	w.serial++
	path := fmt.Sprintf("/maintenance/webhooks/%d/test", w.webhook)
	w.dave.ask(w.t.Context(), http.MethodPost, path, fmt.Sprintf("key-%d", w.serial), map[string]any{}) //nolint:errcheck // it may be killed
}

// comeAndGo signs somebody in and out.
func (w *world) comeAndGo() {
	passer := newClient(w.console)
	if passer.signIn(w.t.Context(), "olga") == nil {
		passer.ask(w.t.Context(), http.MethodPost, "/logout", "", map[string]any{}) //nolint:errcheck // it may be killed
	}
}

// look has a page asked for, by whose session.
func (w *world) look() { w.dave.get(w.t.Context(), "/config/concurrency") } //nolint:errcheck // it may be killed

// outside changes the configuration beside the console, and looks at it.
func (w *world) outside() {
	w.t.Helper()

	seen, ok := w.section("concurrency")
	if !ok {
		return
	}

	limit := w.newLimit(seen)

	data, err := json.Marshal(map[string]any{"per_analyst": limit, "cluster_total": seen.number("current", "cluster_total")})
	if err != nil {
		w.t.Fatal(err)
	}

	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPut, w.api+"/api/config/concurrency", bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}

	for name, value := range map[string]string{"Content-Type": "application/json", "X-Username": "carol", "X-User-Role": "ops"} {
		request.Header.Set(name, value)
	}

	w.serial++
	w.limits[w.serial] = limit

	response, err := w.dave.http.Do(request)
	if err != nil {
		return
	}

	response.Body.Close()

	if response.StatusCode != http.StatusOK {
		w.t.Errorf("the control plane answers %s", response.Status)
	}

	w.limits = map[int]int64{w.serial: limit}
	w.look()
}
