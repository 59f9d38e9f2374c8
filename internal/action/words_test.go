package action_test

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/audit"
)

func TestEveryActOfTheLogHasWords(t *testing.T) {
	t.Parallel()

	seen := map[string]audit.Action{}

	for _, act := range audit.Actions() {
		title := action.Title(string(act))
		if title == string(act) || strings.ContainsAny(title, "._") {
			t.Errorf("%s: got %q, want words", act, title)
		}

		if other, told := seen[title]; told {
			t.Errorf("%s: got %q, as of %s, want words of its own", act, title, other)
		}

		seen[title] = act
	}
}

func TestWhatIsToldOfAnApprovalIsReadInWords(t *testing.T) {
	t.Parallel()

	for told, want := range map[string]string{
		"config.save of config/concurrency.": "Configuration change: Concurrency limits.",
		"point.create of .":                  "Saving a named point.",
		"It is one of many.":                 "It is one of many.",
		"a.newer_act of things/3.":           "a.newer_act of things/3.",
		"":                                   "",
	} {
		if got := action.Message(told); got != want {
			t.Errorf("%q: got %q, want %q", told, got, want)
		}
	}
}

func TestWhatAnActIsDoneToIsSaidInWords(t *testing.T) {
	t.Parallel()

	for _, test := range []struct{ name, object, words, said string }{
		{"config.save", "config/concurrency", "Concurrency limits", "Configuration change: Concurrency limits"},
		{"config.restore", "points/3", "Named point 3", "Configuration restore: named point 3"},
		{"job.trigger", "jobs/export_reconciliation", "Job export reconciliation", "Running job export reconciliation"},
		{"window.extend", "maintenance/windows/12", "Maintenance window 12", "Extending maintenance window 12"},
		{"window.announce", "maintenance/windows", "Maintenance windows", "Announcing maintenance"},
		{"window_template.delete", "maintenance/templates/4", "Window template 4", "Deleting window template 4"},
		{"lease.end", "leases/7", "Temporary change 7", "Ending temporary change 7"},
		{"schedule.cancel", "scheduled/7", "Scheduled change 7", "Cancelling scheduled change 7"},
		{"change.keep", "history/9", "Change 9", "Keeping change 9 from outside"},
		{"webhook.create", "webhooks", "Webhooks", "Adding a webhook"},
		{"instance.extend", "instances/5", "Instance 5", "Extending instance 5"},
		{"instance.terminate", "instances/5", "Instance 5", "Terminating instances: instance 5"},
		{"approval.approve", "approvals/8", "Approval 8", "Approval 8 given"},
		{"window.hold", "maintenance/windows/12", "Maintenance window 12", "Maintenance window 12 needs a decision"},
		{"session.end", "subjects/auth0|ann", "All sessions of auth0|ann", "Ending a session: all sessions of auth0|ann"},
		{"database.restore", "database", "Console database", "Console database restored from a backup"},
		{"session.sign_in", "", "", "Sign-in"},
		{"access.refused", "/config/export", "", "Access refused: /config/export"},
		{"request.refused", "config/nope", "", "Request refused: config/nope"},
		{"job.trigger", "jobs/", "", "Running a job: jobs/"},
		{"a.newer_act", "things/3", "", "a.newer_act: things/3"},
	} {
		words, ok := action.Object(test.object)
		if words != test.words || ok != (test.words != "") {
			t.Errorf("%s: got %q, %t, want %q", test.object, words, ok, test.words)
		}

		if said := action.Said(test.name, test.object); said != test.said {
			t.Errorf("%s of %s: got %q, want %q", test.name, test.object, said, test.said)
		}
	}
}
