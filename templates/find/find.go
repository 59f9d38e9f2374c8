package find

import (
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/templates/format"
)

// Path is where it is searched.
const Path = "/find"

// InInstances is the value of in that asks the control plane for instances, and for nothing else.
const InInstances = "instances"

// Results are what a text finds.
type Results struct {
	Query  string  `json:"query"`
	Groups []Group `json:"groups"`
	// Incomplete says that what was recorded before there was a search is not all searched yet.
	Incomplete bool `json:"incomplete"`
	// Instances is where the control plane is asked for instances, once for each time; "" where it was.
	Instances string `json:"instances,omitempty"`
	// Error is what is wrong with the text.
	Error string `json:"-"`
	// Tickets become links in what is noted.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// Group is what is found of one kind, the newest first.
type Group struct {
	// Kind is page, action, export, owner, window, change, point, webhook, audit or instance.
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Items []Item `json:"items"`
	// More is where all of them are listed, "" where these are all.
	More string `json:"more,omitempty"`
	// Cut says that not all was looked at.
	Cut bool `json:"cut,omitempty"`
	// Page is the one that they belong to.
	Page string `json:"page"`
}

// Item is something that is found.
type Item struct {
	Title string `json:"title"`
	// Note is what else is known of it, on one line.
	Note string     `json:"note,omitempty"`
	Path string     `json:"path"`
	At   *time.Time `json:"at,omitempty"`
}

// Address is that of what a text finds.
func Address(text string) string { return Path + "?" + url.Values{"q": {text}}.Encode() }

// InstancesAddress asks the control plane too.
func InstancesAddress(text string) string {
	return Path + "?" + url.Values{"q": {text}, "in": {InInstances}}.Encode()
}
