package templates_test

import (
	"slices"
	"testing"
)

// TestTheScriptSendsWhatActs holds that no form leaves it to the browser to say that an answer is
// lost, but for those that can be sent as often as one likes.
func TestTheScriptSendsWhatActs(t *testing.T) {
	t.Parallel()

	for name, page := range pages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for node := range parse(t, page).Descendants() {
				action := attribute(node, "action")
				if node.Data != "form" || attribute(node, "method") != "post" || slices.Contains([]string{"/preferences", "/logout"}, action) {
					continue
				}

				if attribute(node, "hx-post") != action && attribute(node, "hx-boost") == "" {
					t.Errorf("the form that is sent to %s is sent by the browser", action)
				}
			}
		})
	}
}
