package handlers_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
)

// sameBytes is bare Echo that answers as the console does, with its bytes ready-made.
func sameBytes(tb testing.TB, address, cookie, encoding string) http.Handler {
	tb.Helper()

	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}

	request.Header.Set("Accept", "text/html")
	request.Header.Set("Accept-Encoding", encoding)
	request.Header.Set("Cookie", cookie)

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		tb.Fatalf("%s: got %d, %v\n%s", address, response.StatusCode, err, body)
	}

	const tag = `"it-is-unchanged"`

	e := echo.New()
	e.GET("/*", func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Etag", tag)

		if c.Request().Header.Get("If-None-Match") == tag {
			return c.NoContent(http.StatusNotModified)
		}

		if encoding != "identity" {
			header.Set(echo.HeaderContentEncoding, encoding)
		}

		return c.Blob(http.StatusOK, echo.MIMETextHTMLCharsetUTF8, body)
	})

	return e
}

// drawsRows is bare Echo that draws a page of rows.
func drawsRows(entries []audit.Entry) http.Handler {
	return rowsPage(func(echo.Context) ([]audit.Entry, error) { return entries, nil })
}

func rowsPage(get func(echo.Context) ([]audit.Entry, error)) http.Handler {
	e := echo.New()
	e.Use(middleware.Gzip())
	e.GET("/*", func(c echo.Context) error {
		entries, err := get(c)
		if err != nil {
			return err
		}

		c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)

		return handlerstest.Rows(entries).Render(c.Request().Context(), c.Response())
	})

	return e
}

// readRows reads what a row of the bare page shows of a hundred entries, and nothing else.
func readRows(ctx context.Context, db *store.DB, before int64) (entries []audit.Entry, err error) {
	rows, err := db.Read().QueryContext(ctx, `SELECT at, actor, action, object, outcome, reason, message, request_id
		FROM opsconsole_audit WHERE seq < $1 ORDER BY seq DESC LIMIT 100`, before)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	for rows.Next() {
		var (
			e  audit.Entry
			at store.Time
		)

		if err := rows.Scan(&at, &e.Actor, &e.Action, &e.Object, &e.Outcome, &e.Reason, &e.Message, &e.RequestID); err != nil {
			return nil, err
		}

		e.At = at.Time
		entries = append(entries, e)
	}

	return entries, rows.Err()
}
