package trino

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Errors of a Trino that answers, in words for an operator.
var (
	// ErrStarting passes by itself within a minute or two.
	ErrStarting = errors.New("Starburst is still starting and does not accept queries yet")
	ErrNotTrino = errors.New("the answer is not from Starburst or Trino: check --starburst-url")
	// ErrElsewhere is said of an answer that goes on at another address, which is not asked.
	ErrElsewhere = errors.New("the answer continues at another address")
)

// StatusError is an answer with a status other than 200.
type StatusError struct {
	Status int
	// Said is Trino's own sentence, "" if it has none to show.
	Said string
	// Forwarded says that Trino takes no X-Forwarded-* headers.
	Forwarded bool
}

func (e *StatusError) Error() string {
	switch {
	case e.Forwarded:
		return "Starburst answers 406 to the X-Forwarded-* headers that a proxy in front of it adds: " +
			"set http-server.process-forwarded=true in Starburst's config.properties"
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("Starburst answers 401%s: check --starburst-user and --starburst-password", e.said())
	case e.Status == http.StatusForbidden: // also to http where it wants https
		return fmt.Sprintf("Starburst answers 403%s: check --starburst-url, --starburst-user and --starburst-password", e.said())
	case e.Status >= http.StatusMultipleChoices && e.Status < http.StatusBadRequest:
		return fmt.Sprintf("Starburst answers with a redirect (%d): check --starburst-url", e.Status)
	default:
		return fmt.Sprintf("Starburst answers %d", e.Status)
	}
}

func (e *StatusError) said() string {
	if e.Said == "" {
		return ""
	}

	return fmt.Sprintf(", %q", e.Said)
}

const saidMax = 200 // bytes

// newStatusError keeps what Trino says of a refusal. Pages, traces and anything that
// holds the password are no sentences of Trino's.
func newStatusError(response *http.Response, body []byte, password string) *StatusError {
	e := &StatusError{
		Status:    response.StatusCode,
		Forwarded: response.StatusCode == http.StatusNotAcceptable && strings.Contains(string(body), "Forwarded"),
	}

	said := strings.TrimSpace(string(body))
	odd := func(r rune) bool { return !unicode.IsPrint(r) }

	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain") && len(said) <= saidMax &&
		!strings.ContainsFunc(said, odd) && (password == "" || !strings.Contains(said, password)) {
		e.Said = strings.TrimPrefix(said, fmt.Sprintf("Error %d %s: ", e.Status, http.StatusText(e.Status)))
	}

	return e
}

// QueryError is Trino's error of a query.
type QueryError struct{ Name, Message string }

func (e *QueryError) Error() string { return e.Name + ": " + e.Message }

// QueuedError is a query that was given up before Trino began it.
type QueuedError struct{ After time.Duration }

func (e *QueuedError) Error() string {
	return fmt.Sprintf("the query was still queued after %s: Starburst accepts queries, but its queue does not move", e.After)
}

func elsewhere(next *url.URL, configured string) error {
	return fmt.Errorf("%w, %s://%s, than the one configured, %s: give in --starburst-url what Starburst calls itself",
		ErrElsewhere, next.Scheme, next.Host, configured)
}
