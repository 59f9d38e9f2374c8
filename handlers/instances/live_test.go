package instances_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestInstancesAreLive: the list as it is selected, and each instance, with one question a poll whatever is looked at.
func TestInstancesAreLive(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	first := w.Instance("alice", "Sales", ops.InstanceRunning, time.Hour)
	w.Instance("bob", "Fraud", ops.InstanceFailed, time.Hour)

	single := fmt.Sprint("instance-", first)
	paths := map[string]string{
		"instances": "/instances", "instances?status=failed": "/instances?status=failed", "instances?owner=alice&q=SALES": "/instances?q=SALES&owner=alice",
		single: fmt.Sprint("/instances/", first),
	}

	for name, path := range paths {
		if page := w.Get(path, "Accept", "text/html"); !strings.Contains(page.Body, `data-events="`+address(name)+`"`) {
			t.Errorf("%s: got %d, want it live at %s", path, page.Status, address(name))
		}
	}

	w.Monitor.Poll(t.Context())

	before := w.Plane.Lists()

	for name, words := range map[string][]string{
		"instances": {"Sales", "Fraud"}, "instances?status=failed": {"Fraud"}, "instances?owner=alice&q=SALES": {"Sales"}, single: {"Sales"},
	} {
		for range 3 {
			got := w.Follow(address(name))
			for _, word := range []string{"Sales", "Fraud"} {
				if has, want := strings.Contains(got, word), strings.Contains(strings.Join(words, " "), word); has != want {
					t.Errorf("%s: has %s: %t\n%.300s", name, word, has, got)
				}
			}
		}
	}

	if n := w.Plane.Lists() - before; n != 1 {
		t.Errorf("the control plane was asked %d times, want once", n)
	}

	if got := w.Get("/instances?tick=all", "Accept", "text/html"); !strings.Contains(got.Body, `data-events="/events"`) {
		t.Error("what comes is ticked, too")
	}
}

// TestAnInstanceThatEndsIsGoneFromWhatIsLive, at once where that was done here.
func TestAnInstanceThatEndsIsGoneFromWhatIsLive(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	id := w.Instance("alice", "Sales", ops.InstanceSuspended, time.Hour)
	w.Monitor.Poll(t.Context())

	single := address(fmt.Sprint("instance-", id))
	if got := w.Follow(single); !strings.Contains(got, "Sales") {
		t.Errorf("got %.300s, want the instance", got)
	}

	if got := w.Form(fmt.Sprintf("/instances/%d/terminate", id), url.Values{"reason": {"The cluster is full"}}); got.Status != 303 {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	w.Monitor.Poll(t.Context())

	if got := w.Follow(single); !strings.Contains(got, "This instance ended") && !strings.Contains(got, "Stopping") {
		t.Errorf("got %.300s, want that it ended", got)
	}
}

// TestInstancesThatTheNewestDoNotTellAreASnapshot: nobody asks the control plane because a page is open.
func TestInstancesThatTheNewestDoNotTellAreASnapshot(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	first := w.Instance("alice", "Sales", ops.InstanceRunning, time.Hour)

	for i := range 105 {
		w.Instance("bob", fmt.Sprint("graph ", i), ops.InstanceRunning, time.Hour)
	}

	w.Monitor.Poll(t.Context())

	from := len(logged(w))

	for name, follows := range map[string]bool{
		"instances": true, "instances?page=2": true, "instances?page=3": false, "instances?status=running": false,
		fmt.Sprint("instance-", first): false, fmt.Sprint("instance-", first+100): true,
	} {
		if got := w.Follow(address(name)); strings.Contains(got, "data: ["+fmt.Sprintf("%q", name)+"]") != follows {
			t.Errorf("%s: follows is not %t\n%.200s", name, follows, got)
		}
	}

	if said := logged(w)[from:]; strings.Contains(said, "could not be drawn") {
		t.Errorf("it is logged as a failure: %s", said)
	}
}

func address(name string) string { return "/events?" + url.Values{"page": {name}}.Encode() }

func logged(w *handlerstest.World) string {
	text, _ := w.Logged(0)

	return text
}
