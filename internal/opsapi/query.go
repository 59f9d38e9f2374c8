package opsapi

import (
	"fmt"
	"net/url"

	"github.com/labstack/echo/v4"
)

// query takes parameters out of a URL; those that are not known are ignored, as
// client libraries send some for sorting.
type query struct {
	values url.Values
	found  problems
}

func newQuery(c echo.Context) *query {
	q := &query{}

	values, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		q.found.add("query", "query_invalid", "is not a valid query")
	}

	q.values = values

	return q
}

// text returns a parameter, "" when it is absent.
func (q *query) text(name string) string {
	values := q.values[name]
	if len(values) > 1 {
		q.found.add("query."+name, "duplicate", "is given more than once")
	}

	if len(values) == 0 {
		return ""
	}

	return values[0]
}

// number returns a parameter, 0 when it is absent. 0 stands for the default in the
// queries of package ops, so what is written out must be at least low here.
func (q *query) number(name string, low int) int {
	if !q.values.Has(name) {
		return 0
	}

	value, wrong := parseNumber(q.text(name), "int_parsing")

	switch {
	case wrong.kind != "":
		q.found.add("query."+name, wrong.kind, wrong.message)
	case value < low:
		q.found.add("query."+name, "range", fmt.Sprintf("must be %d or more", low))
	}

	return value
}
