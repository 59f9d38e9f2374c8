package session

import (
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Forbidden is the page of somebody who is signed in but may not come in.
type Forbidden struct {
	Environment shell.Environment
	Preferences shell.Preferences
	User        shell.User
	Required    ops.Role
	RequestID   string
}

// Current is who is signed in.
type Current struct {
	Username string   `json:"username"`
	Role     ops.Role `json:"role"`
}

// SignIn is the page before the first one.
type SignIn struct {
	Environment shell.Environment
	Preferences shell.Preferences
	// Start begins the sign-in; it already knows where to come back to.
	Start string
	// SignedOut says that the user has just signed out; Problem why the last attempt
	// failed, in a sentence, "" when there was none.
	SignedOut bool
	Problem   string
	RequestID string
}

// roleTitle is a role as it is written in a sentence.
func roleTitle(r ops.Role) string {
	if r == "" {
		return "no role"
	}

	return components.Word(r)
}
