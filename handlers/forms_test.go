package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// pageForm is a form of a page, with what it holds and what is typed into it.
type pageForm struct {
	page, action string
	typed        url.Values
}

// formsThatAct are all forms of the pages that do something, in an order in which they can be sent.
func formsThatAct(w *handlerstest.World) []pageForm {
	reasons := 0
	because := func(more ...string) url.Values {
		reasons++
		out := url.Values{"reason": {fmt.Sprintf("as it has to be, for the %d. time", reasons)}, "confirm": {"test"}}

		for i := 0; i+1 < len(more); i += 2 {
			out.Set(more[i], more[i+1])
		}

		return out
	}
	clock := func(d time.Duration) string { return w.Now().Add(d).UTC().Format("2006-01-02T15:04:05") }

	return []pageForm{
		{"/points", "/points", because("name", "before")},
		{"/config/concurrency/review?per_analyst=6&cluster_total=50&revision=" + w.Revision(), "/config/concurrency", because()},
		{"/history/1/restore", "/history/1/restore", because()},
		{"/config/concurrency/review?per_analyst=7&cluster_total=50&revision=3", "/config/concurrency", because("term", "duration", "duration", "20m")},
		{"/leases/1/extend", "/leases/1/extend", because("term", "duration", "duration", "30m")},
		{"/leases/1/confirm", "/leases/1/confirm", because()},
		{"/config/concurrency/review?per_analyst=9&cluster_total=50&revision=4", "/config/concurrency", because("at", "in 3 h")},
		{"/scheduled/1/move", "/scheduled/1/move", because("at", "in 4 h")},
		{"/points/1", "/points/1/restore", because()},
		{"/jobs/lifecycle/trigger", "/jobs/lifecycle/trigger", because()},
		{"/maintenance/windows/1/edit", "/maintenance/windows/1", because("title", "Patching again", "ends_at", clock(5*time.Hour))},
		{"/maintenance/windows/1/cancel", "/maintenance/windows/1/cancel", because()},
		{"/maintenance/templates/new?window=1", "/maintenance/templates", because("name", "Monthly")},
		{"/maintenance/templates/1/delete", "/maintenance/templates/1/delete", because()},
		{"/maintenance/webhooks/new", "/maintenance/webhooks", because("name", "Status page", "kind", "generic", "url", "https://hooks.example.com/in")},
		{"/maintenance/webhooks/1/edit", "/maintenance/webhooks/1", because("name", "Renamed")},
		{"/maintenance/webhooks/1", "/maintenance/webhooks/1/test", nil},
		{"/maintenance/webhooks/1/rotate", "/maintenance/webhooks/1/rotate", because()},
	}
}

// TestEveryFormGivesItsAnswerAgain sends the forms of the pages as their script does, and again as
// it does when the answer is lost.
func TestEveryFormGivesItsAnswerAgain(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Announce(nil)

	missing := handlers.Acts()
	for _, f := range formsThatAct(w) {
		delete(missing, "POST "+f.send(t, w))
	}

	// A review that is filled in, a change from outside, a delivery, and an update.
	review := w.Form("/maintenance/windows/review", typedDraft(w), script...)
	if review.Status != http.StatusOK || review.Header.Get("Hx-Push-Url") != "/maintenance/windows/review" {
		t.Errorf("got %d at %q, want 200 and a page to come back to", review.Status, review.Header.Get("Hx-Push-Url"))
	}

	delete(missing, "POST "+pageForm{"", "/maintenance/windows", typedDraft(w)}.sendFrom(t, w, review.Body))

	w.Outside(9, 60)
	w.Monitor.Poll(t.Context())

	outside := fmt.Sprint("/history/", changesMade(t, w), "/keep")
	delete(missing, "POST "+pageForm{outside, outside, url.Values{"reason": {"as it has to be"}}}.send(t, w))

	deliveries, _ := w.Data("/maintenance/deliveries")["items"].([]any)
	delivery := fmt.Sprint("/maintenance/deliveries/", handlerstest.At(deliveries[0], "id"))
	delete(missing, "POST "+pageForm{delivery, delivery + "/redeliver", nil}.send(t, w))

	w.Approvals.Actions = []string{"config.save"}
	as(w, "olga", "/config/concurrency", fmt.Sprintf(`{"per_analyst": 12, "reason": "a load test", "revision": %q}`, w.Revision()))
	delete(missing, "POST "+pageForm{"/approvals/1/approve", "/approvals/1/approve", url.Values{"reason": {"as it has to be"}}}.send(t, w))

	for i := range endings(t, w) {
		delete(missing, "POST "+endings(t, w)[i].send(t, w))
	}

	running := handlerstest.Path(w.Announce(handlerstest.Object{"starts_at": w.Now().UTC().Format(time.RFC3339)}), "updates")
	delete(missing, "POST "+pageForm{running, running, url.Values{"text": {"the database is back"}}}.send(t, w))

	for _, f := range instanceForms(w) {
		delete(missing, "POST "+f.send(t, w))
	}

	for route := range missing {
		if strings.HasPrefix(route, "POST ") {
			t.Errorf("%s: no form is sent here", route)
		}
	}
}

// script are the headers of a form that the page's script sends.
var script = []string{"HX-Request", "true", "HX-Boosted", "true"}

func (f pageForm) send(t *testing.T, w *handlerstest.World) (route string) {
	t.Helper()

	page := w.Get(f.page, "Accept", "text/html")
	if page.Status != http.StatusOK {
		t.Fatalf("%s: got %d\n%s", f.page, page.Status, page.Body)
	}

	return f.sendFrom(t, w, page.Body)
}

// sendFrom sends the form as it stands in the page, twice under one key, and returns its route.
func (f pageForm) sendFrom(t *testing.T, w *handlerstest.World, page string) (route string) {
	t.Helper()

	fields, headers := f.read(t, page)
	fields.Set("idempotency_key", f.page+f.action)

	first, again := w.Form(f.action, fields, headers...), w.Form(f.action, fields, headers...)

	if first.Status >= http.StatusBadRequest || first.Header.Get("Opsconsole-Answers") == "" {
		t.Fatalf("%s: got %d\n%s", f.action, first.Status, first.Body)
	}

	if again.Status != first.Status || again.Header.Get("Idempotency-Replayed") != "true" ||
		again.Header.Get("HX-Redirect") != first.Header.Get("HX-Redirect") || again.Header.Get("HX-Replace-Url") != first.Header.Get("HX-Replace-Url") {
		t.Errorf("%s: got %d %v, want the answer again, %d %v\n%s", f.action, again.Status, again.Header, first.Status, first.Header, again.Body)
	}

	// Either it says where to go on, or it is the page, or the part of it, that is shown.
	if goes := first.Header.Get("HX-Redirect") != ""; goes == strings.Contains(first.Body, "<h") {
		t.Errorf("%s: got %d %v, want where to go on, or what to show\n%s", f.action, first.Status, first.Header, first.Body)
	}

	return routeOf(f.action)
}

// read returns what the form in the page sends, and the headers that its script sends it with.
func (f pageForm) read(t *testing.T, page string) (fields url.Values, headers []string) {
	t.Helper()

	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}

	for node := range root.Descendants() {
		if node.Data != "form" || attribute(node, "action") != f.action {
			continue
		}

		headers = script
		if attribute(node, "hx-post") == f.action {
			headers = script[:2]
		} else if attribute(node, "hx-boost") == "" {
			t.Errorf("%s: the script does not send it", f.action)
		}

		fields = url.Values{}

		for field := range node.Descendants() {
			ticked := attribute(field, "type") == "checkbox" || attribute(field, "type") == "radio"
			if field.Data == "input" && (!ticked || has(field, "checked")) {
				fields.Set(attribute(field, "name"), attribute(field, "value"))
			} else if field.Data == "textarea" && field.FirstChild != nil {
				fields.Set(attribute(field, "name"), strings.TrimPrefix(field.FirstChild.Data, "\n"))
			}
		}

		fields.Del("") // what has no name is not sent: HTML, section 4.10.22.4
	}

	if fields == nil {
		t.Fatalf("%s has no form that is sent to %s\n%s", f.page, f.action, page)
	}

	for name, values := range f.typed {
		if name != "confirm" || fields.Has("confirm") {
			fields[name] = values
		}
	}

	return fields, headers
}

// typedDraft is a window as the form sends it.
func typedDraft(w *handlerstest.World) url.Values {
	start := w.Now().Add(48 * time.Hour).UTC()

	return url.Values{
		"title": {"Patching"}, "message": {"We patch it."}, "starts_at": {start.Format("2006-01-02T15:04:05")},
		"ends_at": {start.Add(time.Hour).Format("2006-01-02T15:04:05")}, "time_zone": {"UTC"}, "recurrence": {""}, "reason": {"as it has to be"},
	}
}

var routes = []struct {
	path  *regexp.Regexp
	route string
}{
	{regexp.MustCompile(`^/config/\w+$`), "/config/:section"},
	{regexp.MustCompile(`^/jobs/\w+/trigger$`), "/jobs/:name/trigger"},
	{regexp.MustCompile(`^/maintenance/windows/\d+/updates$`), "/maintenance/windows/:id/updates"},
	{regexp.MustCompile(`^/maintenance/(windows|webhooks)/\d+/\w+$`), "/maintenance/$1/:id/:act"},
	{regexp.MustCompile(`^/(leases|scheduled|approvals|instances)/\d+/\w+$`), "/$1/:id/:act"},
	{regexp.MustCompile(`^(/maintenance/deliveries)/\w+/(\w+)$`), "$1/:id/$2"},
	{regexp.MustCompile(`^/sessions/\w+/end$`), "/sessions/:id/end"},
	{regexp.MustCompile(`/\d+`), "/:id"},
}

// routeOf is the path of the route that an address belongs to.
func routeOf(address string) string {
	for _, r := range routes {
		if r.path.MatchString(address) {
			return r.path.ReplaceAllString(address, r.route)
		}
	}

	return address
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}

	return ""
}

func has(node *html.Node, name string) bool {
	for _, a := range node.Attr {
		if a.Key == name {
			return true
		}
	}

	return false
}

// TestAnErrorLeavesTheFormThere is of what no form can show: it is told above the page.
func TestAnErrorLeavesTheFormThere(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	form := url.Values{"reason": {"as it has to be"}}

	for _, headers := range [][]string{script, script[:2]} {
		got := w.Form("/maintenance/windows/9/start", form, headers...)
		if got.Status != http.StatusNotFound || got.Header.Get("HX-Retarget") != "#toasts" || !strings.HasPrefix(got.Body, `<div class="toast"`) {
			t.Errorf("got %d for %q, want 404 among the toasts\n%s", got.Status, got.Header.Get("HX-Retarget"), got.Body)
		}
	}

	if got := w.Form("/maintenance/windows/9/start", form); got.Status != http.StatusNotFound || !strings.Contains(got.Body, "<main") {
		t.Errorf("without a script: got %d, want 404 as a page\n%s", got.Status, got.Body)
	}
}
