package templates_test

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	approvalsview "github.com/graph-olap/opsconsole/templates/approvals"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// approval is something that needs a second person, in a state.
func approval(state approvals.State) approvals.Approval {
	values := `{"title": ` + strconv.Quote(evil) + `}`
	a := approvals.Approval{
		ID: 7, State: state, Action: evil, Object: evil, Before: json.RawMessage(values), After: json.RawMessage(`{"title": "other"}`), Message: evil,
		Reason: evil, RequestedBy: approvals.Person{Username: evil, Subject: "s-1"}, RequestedAt: now, ExpiresAt: now.Add(time.Hour), Note: evil,
	}

	if state != approvals.Waiting {
		a.DecidedBy, a.DecidedAt, a.DecisionReason = &approvals.Person{Username: evil, Subject: "s-2"}, &now, evil
		a.Intent, a.Outcome, a.Change = new(int64(9)), audit.Failed, new(int64(48))
	}

	return a
}

func approvalDetail(state approvals.State) approvalsview.Detail {
	return approvalsview.Detail{Approval: approval(state), Open: state == approvals.Waiting, Now: now}
}

func approvalPages(s shell.Shell) map[string]templ.Component {
	form := approvalsview.Form{
		Detail: approvalDetail(approvals.Waiting), Act: approvalsview.Approve, Own: true, Effects: []components.Line{line()},
		Reason: evil, ReasonError: evil, Problem: evil, Way: components.Link{Text: evil, URL: "/approvals"}, RequestID: evil,
	}
	over := approvalsview.Form{Detail: approvalDetail(approvals.Void), Act: approvalsview.BreakGlass}
	section := approvalDetail(approvals.Approved)
	section.Differences, section.OfSection = differences(), true

	return map[string]templ.Component{
		"approvals": approvalsview.ListPage(s, approvalsview.List{
			Items: []approvals.Approval{approval(approvals.Waiting), approval(approvals.BrokenGlass)}, Total: 12, Next: new(int64(3)), On: true, Now: now,
		}),
		"approvals, none":     approvalsview.ListPage(s, approvalsview.List{On: true, Now: now}),
		"approvals, off":      approvalsview.ListPage(s, approvalsview.List{Now: now}),
		"approvals, filtered": approvalsview.ListPage(s, approvalsview.List{State: evil, Before: 7, Now: now}),
		"approval":            approvalsview.Page(s, approvalDetail(approvals.Waiting)),
		"approval, section":   approvalsview.Page(s, section),
		"approval, form":      approvalsview.FormPage(s, form),
		"approval, over":      approvalsview.FormPage(s, over),
	}
}
