package components

import (
	"net/url"
	"strconv"
)

// Next is the address of the next page, "" on the last one.
func Next(cursor *int64, url func(int64) string) string {
	if cursor == nil {
		return ""
	}

	return url(*cursor)
}

// NonEmpty leaves out what is "".
func NonEmpty(params map[string]string) url.Values {
	query := url.Values{}

	for name, value := range params {
		if value != "" {
			query.Set(name, value)
		}
	}

	return query
}

// AnyState selects what is in any state, where a list shows what is not over.
const AnyState = "all"

// PageURL is a path with its query, from the cursor on; 0 is the first page.
func PageURL(path string, query url.Values, before int64) string {
	if before > 0 {
		query.Set("before", strconv.FormatInt(before, 10))
	}

	if len(query) == 0 {
		return path
	}

	return path + "?" + query.Encode()
}

// Link is an address and what it leads to.
type Link struct{ Text, URL string }
