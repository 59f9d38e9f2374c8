package shell

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Shell is what surrounds every page. What in it differs from user to user is their [Viewer].
type Shell struct {
	// Page is the id of the entry in the navigation, such as jobs; Title the page's own.
	Page  string
	Title string
	// Path is where the user is, with its query: the account menu comes back to it.
	Path        string
	Environment Environment
	// RefusedZone is what was typed into the account menu and is no zone, "" for nothing.
	RefusedZone string
	// Typed says that the page answers a form, and holds what was typed into it.
	Typed bool
	// ZoneRelease is which release of IANA's rules times are reckoned with.
	ZoneRelease string
	Now         time.Time
	// Fresh feeds the live mark of a page that draws the monitor's snapshot.
	Fresh Freshness
	// Events is the address of the page's live updates, "" when it has none.
	Events string
	// Trouble is that of the console's own database, nil for none.
	Trouble   *Trouble
	Banner    *Banner
	Temporary []Temporary
	// Approvals are nil where nothing needs a second person.
	Approvals *Approvals
	Notices   []Notice
	// Version of the console, in the foot of the navigation.
	Version string
}

// Environment names the platform that is administered, so that nobody mistakes one for
// another.
type Environment struct {
	Name  string
	Color Color
}

// Color is one of a fixed set, because the content security policy allows no others.
type Color string

// The colors of environments.
const (
	Green  Color = "green"
	Blue   Color = "blue"
	Amber  Color = "amber"
	Red    Color = "red"
	Violet Color = "violet"
	Grey   Color = "grey"
)

// Colors lists them all.
func Colors() []Color { return []Color{Green, Blue, Amber, Red, Violet, Grey} }

// User is who looks at the page.
type User struct {
	Username string
	Email    string
	Role     ops.Role
}

// Preferences are kept in cookies, so that the server draws the page right at once.
type Preferences struct {
	Theme Theme
	// Zone in which times are read: UTC, browser, or an IANA name. "" is UTC.
	Zone string
}

// Theme is light or dark, or follows the system.
type Theme string

// The themes.
const (
	System Theme = "system"
	Light  Theme = "light"
	Dark   Theme = "dark"
)

// The names of the preferences: of the cookies, and of the fields of POST /preferences,
// which also has return_to.
const (
	ThemeCookie = "theme"
	ZoneCookie  = "zone"
	// BrowserZoneCookie is the zone of the browser, where that is the one to be shown.
	BrowserZoneCookie = "browser_zone"
	// RefusedZoneCookie tells the next page what was typed and is no zone.
	RefusedZoneCookie = "refused_zone"
)

// ParseTheme reads a theme; what it does not know follows the system.
func ParseTheme(s string) Theme {
	switch t := Theme(s); t {
	case Light, Dark, System:
		return t
	default:
		return System
	}
}

// Trouble tells what the console's own database cannot do.
type Trouble struct {
	// Text says it in a sentence, Meaning what it means for whoever reads the page.
	Text, Meaning string
	Since         time.Time
	// ReadAt is when what pages show from memory was read; nil while it is read afresh.
	ReadAt *time.Time
	URL    string
}

// Banner tells that maintenance is announced or on.
type Banner struct {
	Active bool
	// Waits says that maintenance is over for users, and waits for a decision.
	Waits bool
	// Unknown says that whether it has begun, or is over, is not known; Begun that it had.
	Unknown, Begun bool

	Title   string
	Message string
	// From and Until bound it; nil when that is open.
	From, Until *time.Time
	URL         string
}

// Approvals is what everybody is told of what needs a second person.
type Approvals struct {
	// Waiting is how much waits.
	Waiting int
	// Broken are what was done without one within the last day, newest first.
	Broken []BrokenGlass
}

// BrokenGlass is something that was carried out without a second person.
type BrokenGlass struct {
	Text, By string
	At       time.Time
	URL      string
}

// Temporary is a change that goes back by itself.
type Temporary struct {
	Text   string
	EndsAt time.Time
	// State says whether it is running, overdue or held.
	State lease.State
	// Unknown says that it was to go back by now, and that whether it has is not known.
	Unknown bool
	URL     string
}

// Notice is what the last request came to, shown once above the page: a toast when the
// page is not loaded anew.
type Notice struct {
	components.Line

	// LinkText names what URL leads to.
	LinkText string
}
