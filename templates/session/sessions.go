package session

import (
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// List is the page of the open sessions, those seen last first.
type List struct {
	Items []Session `json:"items"`
	// Total is how many there are; the first thousand are listed.
	Total int       `json:"total"`
	Now   time.Time `json:"-"`
}

// Session is somebody who is signed in with a browser.
type Session struct {
	// ID names it in addresses; "" while it has no name.
	ID string `json:"id"`
	// Own marks the one of whoever looks.
	Own      bool     `json:"own"`
	Username string   `json:"username"`
	Role     ops.Role `json:"role"`
	Issuer   string   `json:"issuer"`
	Subject  string   `json:"subject"`

	SignedInAt time.Time `json:"signed_in_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	// IdleAt is when it ends unless it is used, ExpiresAt when it ends at the latest.
	IdleAt    time.Time `json:"idle_ends_at"`
	ExpiresAt time.Time `json:"expires_at"`

	// Address and UserAgent are where and with what it was used last, Client the latter in words; "" where that is not known.
	Address   string `json:"address"`
	UserAgent string `json:"user_agent"`
	Client    string `json:"client"`

	// OfPerson is how many sessions the person has.
	OfPerson int `json:"-"`
}

// End asks why sessions are to end: one, or all of a person.
type End struct {
	Items       []Session `json:"items"`
	All         bool      `json:"-"`
	Reason      string    `json:"-"`
	ReasonError string    `json:"-"`
	Problem     string    `json:"-"`
	RequestID   string    `json:"-"`

	Snippets []components.Snippet `json:"-"`
	Now      time.Time            `json:"-"`
}

// ListRegion is the live region of the list.
const ListRegion = "live-sessions"

// Title names what the page asks for.
func (v End) Title() string {
	who := v.Items[0].Username
	if v.All {
		return "End all sessions of " + who
	}

	return "End a session of " + who
}

// own reports whether whoever looks ends their own.
func (v End) own() bool {
	for _, one := range v.Items {
		if one.Own {
			return true
		}
	}

	return false
}

func (v End) lead() string {
	lead := "Whoever uses it must sign in again. Their open pages stop within two seconds; what they typed stays."

	switch {
	case v.own() && v.All:
		lead += " Yours is one of them, so you will be signed out."
	case v.own():
		lead += " It is your own, so you will be signed out."
	}

	return lead
}

func (v End) button() string {
	switch {
	case v.All && v.own():
		return "End " + format.Plural(len(v.Items), "session", "sessions") + ", mine too"
	case v.All:
		return "End " + format.Plural(len(v.Items), "session", "sessions") + " of " + v.Items[0].Username
	case v.own():
		return "End my session and sign out"
	default:
		return "End this session of " + v.Items[0].Username
	}
}

func (v End) path() string {
	if v.All {
		return "/sessions/end"
	}

	return v.Items[0].path()
}

func (s Session) path() string { return "/sessions/" + s.ID + "/end" }

func (s Session) allPath() string {
	return "/sessions/end?" + url.Values{"subject": {s.Subject}}.Encode()
}

// idle is for how long sessions may be unused, as people read it.
func (v List) idle() string {
	if len(v.Items) == 0 {
		return ""
	}

	return format.Span(v.Items[0].IdleAt.Sub(v.Items[0].LastSeenAt))
}

func (v List) lead() string {
	lead := []string{"Who is signed in with a browser. Scripts use tokens and have no session."}
	if idle := v.idle(); idle != "" {
		lead = append(lead, "A session that is not used for "+idle+" ends by itself.")
	}

	return strings.Join(lead, " ")
}
