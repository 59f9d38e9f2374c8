// Package live draws the regions of pages that follow the monitor, once a snapshot for all
// who look, and streams what changed of them to browsers.
package live

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

// ErrSnapshot is why a region is not drawn that cannot be followed as it is now: its page says that it is a snapshot.
var ErrSnapshot = errors.New("this does not follow the monitor")

// Draw draws a region from a snapshot, the same for everybody: nothing of a user may be in it.
type Draw func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error)

// Region is a part of a page that is drawn anew with every snapshot.
type Region struct {
	// Page is how the stream's address names the page; a page may have several regions.
	Page string
	// Element is the id of the region's element.
	Element string
	Draw    Draw
}

// View is the region of a page that shows what its query selects. Each query that somebody
// looks at is drawn once for all who do.
type View struct {
	Page    string
	Element string
	// Params are the parameters that a query may have, each once.
	Params []string
	// Of returns how the view of a query is drawn, or what is wrong with the query.
	Of func(query url.Values) (Draw, error)
}

// takes reports whether the query has what the view reads, and nothing else: there would be any
// number of names for the same view.
func (v *View) takes(query url.Values) bool {
	for name, values := range query {
		if len(values) != 1 || !slices.Contains(v.Params, name) {
			return false
		}
	}

	return true
}

// Object is a kind of thing of which each has a page of its own, named by the kind and the
// thing's number: window-5.
type Object struct {
	Kind    string
	Element string
	// Exists returns why there is no such thing, or why that is not known.
	Exists func(ctx context.Context, id int64) error
	Draw   func(id int64) Draw
}

// Events is the address of a page's live updates; with "" it is those that every page has.
func Events(page string) string {
	if page == "" {
		return "/events"
	}

	return "/events?" + url.Values{pageParam: {page}}.Encode()
}

// EventsOf is the address of the live updates of the page of one thing.
func EventsOf(kind string, id int64) string { return Events(kind + "-" + strconv.FormatInt(id, 10)) }

// EventsFor is the address of the live updates of what a query selects of a page. A query that
// is too long to be asked for has those that every page has.
func EventsFor(page string, query url.Values) string {
	name := viewName(page, query)
	if len(name) > nameMax {
		return Events("")
	}

	return Events(name)
}

// viewName is how a view of a page is named: exports?status=failed.
func viewName(page string, query url.Values) string {
	if len(query) == 0 {
		return page
	}

	return page + "?" + query.Encode()
}
