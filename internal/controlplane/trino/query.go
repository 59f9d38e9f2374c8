package trino

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// page is a page of an answer, as far as it is read.
type page struct {
	NextURI string `json:"nextUri"` //nolint:tagliatelle // Trino's name
	Data    []row  `json:"data"`
	Stats   struct {
		State string `json:"state"`
	} `json:"stats"`
	Error *struct {
		Message   string `json:"message"`
		ErrorName string `json:"errorName"` //nolint:tagliatelle // Trino's name
	} `json:"error"`
}

func (p page) queued() bool {
	return p.Stats.State == "QUEUED" || p.Stats.State == "WAITING_FOR_RESOURCES"
}

func (p page) err() error {
	switch {
	case p.Error == nil:
		return nil
	case p.Error.ErrorName == "SERVER_STARTING_UP":
		return ErrStarting
	default:
		return &QueryError{Name: p.Error.ErrorName, Message: p.Error.Message}
	}
}

// query runs a statement to its end; one that is given up is cancelled there too. One
// that is not begun within patience is given up with a [*QueuedError].
func (c *Client) query(ctx context.Context, patience time.Duration, statement string) (rows []row, err error) {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)

	var queued *time.Timer // from the first page that says so

	next := c.base.JoinPath("/v1/statement").String()
	method, body := http.MethodPost, statement

	defer func() {
		if err == nil {
			return
		}

		if still := new(QueuedError); errors.As(context.Cause(ctx), &still) {
			err = still
		}

		if method == http.MethodGet {
			c.cancel(ctx, next)
		}
	}()

	for next != "" {
		page, err := c.page(ctx, method, next, body)
		if err != nil {
			return nil, err
		}

		if err := page.err(); err != nil {
			return nil, err
		}

		switch {
		case page.queued() && queued == nil:
			queued = time.AfterFunc(patience, func() { giveUp(&QueuedError{After: patience}) })
			defer queued.Stop()
		case !page.queued() && queued != nil:
			queued.Stop()
		}

		rows = append(rows, page.Data...)
		next, method, body = page.NextURI, http.MethodGet, ""

		if next != "" {
			if err := c.ours(next); err != nil {
				return nil, err
			}
		}
	}

	return rows, nil
}

// A server that is busy for a moment is asked again, so often and after so long.
const (
	tries = 5
	pause = 100 * time.Millisecond
)

func (c *Client) page(ctx context.Context, method, address, body string) (p page, err error) {
	for try := 1; ; try++ {
		answer, err := c.exchange(ctx, method, address, body)
		if err == nil {
			if err := json.Unmarshal(answer, &p); err != nil {
				return page{}, fmt.Errorf("read the answer: %w", err)
			}

			return p, nil
		}

		var refused *StatusError

		switch isStatus := errors.As(err, &refused); {
		case isStatus && refused.busy() && try < tries:
			if err := wait(ctx, pause*time.Duration(try)); err != nil {
				return page{}, err
			}
		case isStatus && refused.Status == http.StatusInternalServerError && errors.Is(c.Ready(ctx), ErrStarting):
			return page{}, ErrStarting
		default:
			return page{}, err
		}
	}
}

func (e *StatusError) busy() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// answerMax is the longest answer that is read, in bytes; Trino's pages are about 1 MiB.
const answerMax = 64 << 20

// exchange sends one request and returns the body of its answer. An answer with a
// status other than 200 is a [*StatusError].
func (c *Client) exchange(ctx context.Context, method, address, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}

	request.Header.Set("Accept", "application/json")
	request.Header.Set("X-Trino-User", c.user)
	request.Header.Set("X-Trino-Source", "opsconsole")

	if c.password != "" {
		request.SetBasicAuth(c.user, c.password)
	}

	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()

	answer, err := io.ReadAll(io.LimitReader(response.Body, answerMax))

	switch {
	case err != nil:
		return nil, err
	case ctx.Err() != nil: // a server that notices that we give up may end its answer half-way as if it were whole
		return nil, ctx.Err()
	case response.StatusCode != http.StatusOK:
		return nil, newStatusError(response, answer, c.password)
	}

	return answer, nil
}

// cancel ends a query that nobody waits for any more; that it fails does not matter.
func (c *Client) cancel(ctx context.Context, address string) {
	if address == "" || c.ours(address) != nil {
		return
	}

	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()

	c.exchange(ctx, http.MethodDelete, address, "") //nolint:errcheck // see above
}
