package webhooks_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAnActOnAWebhookConflictsWithWhatWasNotSeen has somebody change a webhook while another is
// about to delete it, or to give it another secret.
func TestAnActOnAWebhookConflictsWithWhatWasNotSeen(t *testing.T) {
	t.Parallel()

	for _, act := range []string{"delete", "rotate"} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()

			w := handlerstest.New(t)
			w.SendJSON(http.MethodPost, "/maintenance/webhooks", hook(nil))

			path := "/maintenance/webhooks/1/" + act
			page := w.Get(path, "Accept", "text/html")

			for _, want := range []string{`name="revision" value="1"`, `data-set-now="1"`, "/events?page=webhookform-1", "data-follows"} {
				if !strings.Contains(page.Body, want) {
					t.Errorf("%s is not in the form\n%s", want, page.Body)
				}
			}

			w.SendJSON(http.MethodPatch, "/maintenance/webhooks/1", handlerstest.Object{"name": "Status of all", "reason": "It is for all of them"})

			form := url.Values{"reason": {"Nobody reads it"}, "revision": {"1"}}
			got := w.Form(path, form)

			if got.Status != http.StatusConflict || !strings.Contains(got.Body, "Now: Status of all") ||
				!strings.Contains(got.Body, "Nobody reads it") || !strings.Contains(got.Body, `name="revision" value="2"`) {
				t.Errorf("got %d, want 409, what it is now and what was typed\n%s", got.Status, got.Body)
			}

			body := handlerstest.Object{"reason": "Nobody reads it", "revision": 1}

			conflict := w.SendJSON(http.MethodPost, path, body)
			if conflict.Status != http.StatusConflict || fmt.Sprint(handlerstest.At(conflict.JSON(t), "error", "details", "revision")) != "2" {
				t.Errorf("got %d, want 409 with the revision\n%s", conflict.Status, conflict.Body)
			}

			// Who names none takes it as it is.
			delete(body, "revision")

			if got := w.SendJSON(http.MethodPost, path, body); got.Status != http.StatusOK {
				t.Errorf("got %d, want 200\n%s", got.Status, got.Body)
			}
		})
	}
}
