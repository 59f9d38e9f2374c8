// Package action is the one table of what operators do, under the names that the audit log has
// for it: settings that name acts choose among them. It also has the words for acts and what they are done to.
package action

import (
	"slices"
	"sync"
)

// Action is a kind of act.
type Action struct {
	// Name is the audit log's, such as config.save.
	Name string
	// Title says what is asked for, to stand in a heading.
	Title string
	// Creates says that what it is done to is not there before.
	Creates bool
	// Sets says that values of the configuration are other ones by it, or stay so for longer. What is scheduled counts as the act
	// that it comes to.
	Sets bool
	// Alone says why no second person can be asked for it, "" where one can.
	Alone string
}

const secretAnswer = "its answer is a secret, which is for whoever asked"

// Actions lists them all. What the console does by itself, and what only reads, is none.
func Actions() []Action { return slices.Clone(actions()) }

// actions are made once: each entry of a page is looked for in them.
//
//nolint:gochecknoglobals // nothing of them ever changes
var actions = sync.OnceValue(makeActions)

func makeActions() []Action {
	return []Action{
		{Name: "config.save", Title: "Configuration change", Sets: true},
		{Name: "config.restore", Title: "Configuration restore", Sets: true},
		{Name: "change.keep", Title: "Keeping a change from outside"},
		{Name: "change.schedule", Title: "Scheduling a configuration change"},
		{Name: "schedule.move", Title: "Moving a scheduled change"},
		{Name: "schedule.cancel", Title: "Cancelling a scheduled change"},
		{Name: "point.create", Title: "Saving a named point", Creates: true},
		{Name: "lease.extend", Title: "Extending a temporary change", Sets: true},
		{Name: "lease.end", Title: "Ending a temporary change", Sets: true},
		{
			Name: "lease.confirm", Title: "Confirming a temporary change",
			Alone: "it has minutes, and keeps what was approved with the change itself",
		},
		{Name: "job.trigger", Title: "Running a job"},
		{Name: "instance.terminate", Title: "Terminating instances"},
		{Name: "instance.suspend", Title: "Suspending an instance"},
		{Name: "instance.resume", Title: "Resuming an instance"},
		{Name: "instance.extend", Title: "Extending an instance"},
		{Name: "window.announce", Title: "Announcing maintenance", Creates: true, Sets: true},
		{Name: "window.change", Title: "Changing a maintenance window", Sets: true},
		{Name: "window.start", Title: "Starting a maintenance window", Sets: true},
		{Name: "window.extend", Title: "Extending a maintenance window", Sets: true},
		{Name: "window.update", Title: "Posting an update on a maintenance window"},
		{Name: "window.end", Title: "Ending a maintenance window", Sets: true},
		{Name: "window.verify", Title: "Closing a maintenance window unverified"},
		{Name: "window.cancel", Title: "Cancelling a maintenance window"},
		{Name: "window.take_over", Title: "Taking over a maintenance window"},
		{Name: "window.settle", Title: "Deciding what becomes of a maintenance window"},
		{Name: "window.rules", Title: "Deciding the time of a moved maintenance window"},
		{Name: "window_template.save", Title: "Saving a window template", Creates: true},
		{Name: "window_template.delete", Title: "Deleting a window template"},
		{Name: "webhook.create", Title: "Adding a webhook", Creates: true, Alone: secretAnswer},
		{Name: "webhook.change", Title: "Changing a webhook"},
		{Name: "webhook.rotate_secret", Title: "Replacing the secret of a webhook", Alone: secretAnswer},
		{Name: "webhook.delete", Title: "Deleting a webhook"},
		{Name: "webhook.test", Title: "Testing a webhook"},
		{Name: "webhook.redeliver", Title: "Sending a delivery again"},
		{Name: "session.end", Title: "Ending a session", Alone: "a session in the wrong hands cannot wait"},
	}
}

// Named returns the action of that name; ok is false when there is none.
func Named(name string) (a Action, ok bool) {
	all := actions()

	i := slices.IndexFunc(all, func(a Action) bool { return a.Name == name })
	if i < 0 {
		return Action{}, false
	}

	return all[i], true
}

// Beside are the names of those that set what some of the named can set, and are not named themselves.
func Beside(names []string) (beside []string) {
	sets := false

	for _, a := range Actions() {
		switch named := slices.Contains(names, a.Name); {
		case !a.Sets:
		case named:
			sets = true
		default:
			beside = append(beside, a.Name)
		}
	}

	if !sets {
		return nil
	}

	return beside
}

// Names are the names of all.
func Names() []string {
	var names []string
	for _, a := range Actions() {
		names = append(names, a.Name)
	}

	return names
}

// Approvable are the names of those for which a second person can be asked.
func Approvable() []string {
	var names []string

	for _, a := range Actions() {
		if a.Alone == "" {
			names = append(names, a.Name)
		}
	}

	return names
}
