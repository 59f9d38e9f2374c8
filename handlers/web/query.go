package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// ListMax is the most rows of a list.
const ListMax = 500

// Query reads the parameters of an address and collects what is wrong with them.
type Query struct {
	values url.Values
	// now and loc are the present and the zone in which times are read.
	now time.Time
	loc *time.Location
	// data is set where an error is answered by data, and not by a page.
	data bool
	// Errors are sentences by the name of the parameter.
	Errors map[string]string
}

// Query reads the address.
func (p *Page) Query() *Query {
	q := ReadQuery(p.QueryParams())
	q.now, q.data = p.Now, p.WantsJSON()

	if !q.data {
		q.loc = p.Location()
	}

	return q
}

// ReadQuery reads the query of an address.
func ReadQuery(values url.Values) *Query {
	return &Query{values: values, loc: time.UTC, Errors: map[string]string{}}
}

// Text is a text that a database can look for.
func (q *Query) Text(name string) string {
	value := q.values.Get(name)
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		q.Errors[name] = "That is not text."

		return ""
	}

	return value
}

// searchMost is how many characters the text of a search has at most.
const searchMost = 200

// Search is the text of a search, named q.
func (q *Query) Search() string {
	text := strings.TrimSpace(q.Text("q"))
	if utf8.RuneCountInString(text) > searchMost {
		q.Errors["q"] = "A search has at most " + strconv.Itoa(searchMost) + " characters."
	}

	return text
}

// OneOf is one of what is allowed, "" when it is not given.
func (q *Query) OneOf(name string, allowed []string) string {
	value := q.values.Get(name)
	if value != "" && !slices.Contains(allowed, value) {
		q.Errors[name] = "Must be one of " + strings.Join(allowed, ", ") + "."

		return ""
	}

	return value
}

// Time reads a moment as people write it: in data as UTC, on a page on the clocks of the user.
func (q *Query) Time(name string) time.Time {
	value := q.values.Get(name)
	if value == "" {
		return time.Time{}
	}

	m, err := humantime.ParseMoment(value, q.now, q.loc)
	if err != nil {
		q.Errors[name] = "Write a date, such as 2026-03-01, or a time: " + humantime.Examples + "."
	}

	return m.At
}

// Number is a whole number above 0; 0 when it is not given.
func (q *Query) Number(name string) int64 {
	value := q.values.Get(name)
	if value == "" {
		return 0
	}

	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 {
		q.Errors[name] = "Must be a whole number above 0."

		return 0
	}

	return n
}

// Cursor is where the page of the list begins, 0 for the first.
func (q *Query) Cursor() int64 { return q.Number("before") }

// Limit is how many rows are wanted at most, 0 for as many as there usually are.
func (q *Query) Limit() int {
	n := q.Number("limit")
	if n > ListMax {
		q.Errors["limit"] = "The limit is at most " + strconv.Itoa(ListMax) + "."
	}

	return int(n)
}

// Err is the VALIDATION_FAILED of what is wrong, nil when nothing is.
func (q *Query) Err() error {
	errs := make([]ops.FieldError, 0, len(q.Errors))
	for _, name := range slices.Sorted(maps.Keys(q.Errors)) {
		errs = append(errs, ops.FieldError{Field: "query." + name, Message: q.Errors[name], Type: "query"})
	}

	return ops.Invalid(errs)
}

// Refused decides how a list answers a query that is wrong: data with the error, a page with
// itself, empty, under the status. It is 0 and nil when nothing is wrong.
func (q *Query) Refused() (status int, err error) {
	err = q.Err()

	switch {
	case err == nil:
		return 0, nil
	case q.data:
		return 0, err
	default:
		return ops.CodeValidationFailed.HTTPStatus(), nil
	}
}
