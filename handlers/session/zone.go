package session

import (
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/ops"
)

// How far the offsets of a zone are told: the past that anybody filters by, and what windows reach.
const (
	yearsBack  = 5
	yearsAhead = 4
)

// zone is a zone as a page's script reckons with it.
type zone struct {
	Name string `json:"name"`
	// Release is that of the rules.
	Release string             `json:"release"`
	Offsets []humantime.Offset `json:"offsets"`
	// Until is how far the offsets are told.
	Until time.Time `json:"until"`
}

// TimeZone tells the offsets of a zone by the rules of this console.
func (h *Handlers) TimeZone(p *web.Page) error {
	name := p.QueryParam("name")
	zones := zoneinfo.Current()

	if !zones.Has(name) {
		return ops.NotFound("time zone", ops.Clip(name))
	}

	loc, err := zones.Location(name)
	if err != nil {
		return err
	}

	from, until := p.Now.AddDate(-yearsBack, 0, 0).Truncate(time.Second), p.Now.AddDate(yearsAhead, 0, 0).Truncate(time.Second)

	return p.JSON(http.StatusOK, zone{
		Name: name, Release: zones.Release, Offsets: humantime.Offsets(loc, from, until), Until: until,
	})
}
