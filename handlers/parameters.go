package handlers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/handlers/asof"
	"github.com/graph-olap/opsconsole/handlers/find"
	"github.com/graph-olap/opsconsole/handlers/incident"
	"github.com/graph-olap/opsconsole/handlers/instances"
	"github.com/graph-olap/opsconsole/handlers/platform"
	"github.com/graph-olap/opsconsole/handlers/settings"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/record"
)

// parameters are the names that an address of an operators' route may have behind its ?, by the
// path of the route, with the method in front where it is not so for all; those that are not here
// have none. Values are for the handlers to read.
func parameters() map[string][]string {
	exports := platform.ExportsParams()
	windows := []string{"phase", "actor", "text", "from", "until", "series", "cursor", "limit"}
	audit := []string{"q", "entry", "actor", "action", "object", "outcome", "from", "until", "before", "limit"}

	restore := append(web.Meta(), settings.FieldsParam, web.PreviewParam)

	return map[string][]string{
		"/":                            {asof.Param},
		"/jobs":                        {asof.Param},
		"/health":                      platform.RangeParams(asof.Param),
		"/health.csv":                  platform.CSVParams(),
		"/capacity":                    platform.RangeParams("owners", asof.Param),
		"/capacity.csv":                platform.CSVParams(),
		"/jobs/:name":                  {"result", "before", "limit"},
		"GET /jobs/:name/trigger":      {"run"},
		"/jobs/:name/receipt":          {"entry"},
		"/instances":                   instances.ListParams(),
		"GET /instances/terminate":     {"id"},
		"/instances/terminate/results": {"entry"},
		"/exports":                     append(slices.Clip(exports), asof.Param),
		"/exports.csv":                 append(exports, web.ForParam),
		"/find":                        find.Params(),
		"/incident":                    incident.Params(),
		"/metrics":                     platform.RangeParams("q", "created"),
		"/metrics.csv":                 platform.MetricsCSVParams(),
		"/maintenance/windows":         windows,
		"POST /maintenance/windows":    {web.PreviewParam},
		"/maintenance/windows/new":     {"template", "window"},
		"/maintenance/windows/:id":     {web.PreviewParam},
		"/maintenance/templates/new":   {"window"},
		"/maintenance/deliveries":      {"webhook", "window", "state", "event", "cursor", "limit"},
		"/config/:section":             append(web.Meta(), settings.ChangedParam),
		"/config/:section/review":      web.Meta(),
		"/history":                     {"q", "section", "actor", "field", "source", "outcome", "from", "until", "before", "limit"},
		"/history/:id/restore":         restore,
		"/compare":                     {"a", "b", record.TickedChange},
		"/audit/compare":               {"a", "b", record.TickedEntry},
		"/leases":                      {"state", "before", "limit"},
		"/scheduled":                   {"state", "before", "limit"},
		"/points":                      {"before", "limit"},
		"/approvals":                   {"state", "before", "limit"},
		"/points/:id/restore":          {web.PreviewParam},
		"GET /sessions/end":            {"subject"},
		"/audit":                       audit,
		"/audit.csv":                   append(audit, web.ForParam),
		"/audit.jsonl":                 audit,
	}
}

// takesAny are the operators' routes that no person has the address of: a stream, whose client
// may send names of its own.
func takesAny(path string) bool { return path == "/events" }

// tracked reports whether a name is one that mail and chat programs hang onto the links that
// pass through them. They say nothing about what is asked for.
func tracked(name string) bool {
	return strings.HasPrefix(name, "utm_") || slices.Contains([]string{
		"fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi",
	}, name)
}

// checkQuery refuses the names in an address that the route does not have: a filter that is
// misspelled would show all there is.
func (c *console) checkQuery(p *web.Page, r *route) error {
	if r.access != operators || takesAny(r.path) {
		return nil
	}

	known, own := c.parameters[r.method+" "+r.path]
	if !own {
		known = c.parameters[r.path]
	}

	known = slices.Clip(known) // It is everybody's.

	// A form of a section is filled from the address.
	if section, err := ops.SectionOf(ops.SectionName(p.Param("section"))); err == nil {
		for _, f := range section.Fields {
			known = append(known, f.Name)
		}
	}

	var errs []ops.FieldError

	for _, name := range slices.Sorted(maps.Keys(p.QueryParams())) {
		if !slices.Contains(known, name) && !tracked(name) {
			errs = append(errs, ops.FieldError{
				Field: "query." + ops.Clip(name), Type: "extra_forbidden",
				Message: "is not a parameter of this address. " + knownNames(known),
			})
		}
	}

	// Who asks for a preview in another way must not get the act.
	for _, value := range p.QueryParams()[web.PreviewParam] {
		if slices.Contains(known, web.PreviewParam) && value != "1" {
			errs = append(errs, ops.FieldError{
				Field: "query." + web.PreviewParam, Message: "must be 1, or be left out for the act itself", Type: "enum",
			})
		}
	}

	return ops.Invalid(errs)
}

func knownNames(names []string) string {
	if len(names) == 0 {
		return "It takes none."
	}

	return fmt.Sprintf("It takes %s.", strings.Join(slices.Sorted(slices.Values(names)), ", "))
}
