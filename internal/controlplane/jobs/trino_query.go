package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// trinoPage is a page of an answer, as far as it is read.
type trinoPage struct {
	NextURI string     `json:"nextUri"` //nolint:tagliatelle // Trino's name
	Data    []trinoRow `json:"data"`
	Error   *struct {
		Message   string `json:"message"`
		ErrorName string `json:"errorName"` //nolint:tagliatelle // Trino's name
	} `json:"error"`
}

// query runs a statement to its end; one that is given up is cancelled there too.
func (t *Trino) query(ctx context.Context, statement string) (rows []trinoRow, err error) {
	next := t.base.JoinPath("/v1/statement").String()
	method, body := http.MethodPost, statement

	defer func() {
		if err != nil && method == http.MethodGet {
			t.cancel(ctx, next)
		}
	}()

	for next != "" {
		page, err := t.page(ctx, method, next, body)
		if err != nil {
			return nil, err
		}

		if page.Error != nil {
			return nil, fmt.Errorf("%s: %s", page.Error.ErrorName, page.Error.Message)
		}

		rows = append(rows, page.Data...)
		next, method, body = page.NextURI, http.MethodGet, ""

		if err := t.ours(next); err != nil {
			return nil, err
		}
	}

	return rows, nil
}

// ours refuses an address elsewhere: the password would go there.
func (t *Trino) ours(address string) error {
	if address == "" {
		return nil
	}

	next, err := url.Parse(address)
	if err != nil || next.Scheme != t.base.Scheme || next.Host != t.base.Host {
		return errors.New("the answer goes on at another address than the one configured")
	}

	return nil
}

// A server that is busy for a moment is asked again, so often and after so long.
const (
	trinoTries = 5
	trinoPause = 100 * time.Millisecond
)

func (t *Trino) page(ctx context.Context, method, address, body string) (trinoPage, error) {
	for try := 1; ; try++ {
		page, status, err := t.request(ctx, method, address, body)
		if err != nil {
			return trinoPage{}, err
		}

		switch busy := status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout; {
		case status == http.StatusOK:
			return page, nil
		case !busy || try == trinoTries:
			return trinoPage{}, fmt.Errorf("it answered with status %d", status)
		}

		pause := time.NewTimer(trinoPause * time.Duration(try))
		select {
		case <-ctx.Done():
			pause.Stop()

			return trinoPage{}, ctx.Err()
		case <-pause.C:
		}
	}
}

// trinoPageSize is the largest page that is read, in bytes; Trino's are about 1 MiB.
const trinoPageSize = 64 << 20

func (t *Trino) request(ctx context.Context, method, address, body string) (page trinoPage, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return page, 0, err
	}

	request.Header.Set("X-Trino-User", t.user)
	request.Header.Set("X-Trino-Source", "opsconsole")

	if t.password != "" {
		request.SetBasicAuth(t.user, t.password)
	}

	response, err := t.http.Do(request)
	if err != nil {
		return page, 0, err
	}
	defer response.Body.Close()

	if response.StatusCode != http.StatusOK {
		return page, response.StatusCode, nil
	}

	if err := json.NewDecoder(io.LimitReader(response.Body, trinoPageSize)).Decode(&page); err != nil {
		return page, 0, fmt.Errorf("read the answer: %w", err)
	}

	return page, response.StatusCode, nil
}

// cancel ends a query that nobody waits for any more; that it fails does not matter.
func (t *Trino) cancel(ctx context.Context, address string) {
	if t.ours(address) != nil || address == "" {
		return
	}

	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()

	t.request(ctx, http.MethodDelete, address, "") //nolint:errcheck // see above
}
