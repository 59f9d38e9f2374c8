package instances

import (
	"net/url"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// PageSize is how many instances are on a page: as many as can be terminated at once.
const PageSize = 50

// Query selects instances, as it stands in the page's address.
type Query struct {
	Owner string `json:"owner"`
	// Status is the one selected, "" for all.
	Status ops.InstanceStatus `json:"status"`
	// Search is part of a name or a description.
	Search string `json:"q"`
	// Page counts from 1.
	Page int `json:"page"`
	// All has all of the page ticked.
	All bool `json:"-"`
}

// ListRegion is the id of what of the list is live.
const ListRegion = "instances"

// Values are what is selected, as the page's address has it.
func (q Query) Values() url.Values {
	values := components.NonEmpty(map[string]string{"owner": q.Owner, "status": string(q.Status), "q": q.Search})
	if q.Page > 1 {
		values.Set("page", strconv.Itoa(q.Page))
	}

	return values
}

// URL is the address of the page with this query.
func (q Query) URL() string {
	values := q.Values()

	if q.All {
		values.Set("tick", "all")
	}

	return components.PageURL(shell.InstancesPath, values, 0)
}

func (q Query) at(page int) string {
	q.Page, q.All = page, false

	return q.URL()
}

func (q Query) ticked() string {
	q.All = !q.All

	return q.URL()
}

func (q Query) filters() bool { return q.Owner != "" || q.Status != "" || q.Search != "" }

// List is a page of instances.
type List struct {
	Items []ops.Instance `json:"items"`
	// Total is how many the query selects, on Pages pages.
	Total    int   `json:"total"`
	Pages    int   `json:"pages"`
	PageSize int   `json:"page_size"`
	Query    Query `json:"query"`
	// Errors are what is wrong with the filters.
	Errors map[string]string `json:"-"`
	Now    time.Time         `json:"-"`
}

func (v List) lead() string {
	return "Graph databases of analysts: who owns them, their status and when they end."
}

func (v List) caption() string {
	if !v.Query.filters() {
		return "Instances, newest first"
	}

	return "Instances that match, newest first"
}

// span says which of all are on the page.
func (v List) span() string {
	first := (v.Query.Page-1)*v.PageSize + 1

	return format.Count(first) + "–" + format.Count(first+len(v.Items)-1) + " of " + format.Plural(v.Total, "instance", "instances")
}

// Path is the page of an instance.
func Path(id int64) string { return shell.InstancePath(id) }

// ActPath is where an act on an instance is asked for.
func ActPath(id int64, act string) string { return Path(id) + "/" + act }

// SeveralPath asks for several to be terminated.
const SeveralPath = shell.InstancesPath + "/terminate"

// SeveralURL is the review of those.
func SeveralURL(ids []int64) string {
	values := url.Values{}
	for _, id := range ids {
		values.Add("id", format.ID(id))
	}

	return components.PageURL(SeveralPath, values, 0)
}

// ResultsURL is where stands what became of them.
func ResultsURL(entry int64) string { return SeveralPath + "/results?entry=" + format.ID(entry) }
