package alertmanager

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Config says where Alertmanager answers, and who asks.
type Config struct {
	// URL is http or https and may have a path, below which /api/v2 lies.
	URL *url.URL
	// User and Password are sent as basic authentication, Token as a bearer token; all may be "".
	User, Password, Token string
	// Files are read for every request.
	Files Files
	// Timeout bounds one request; 0 is 5 s.
	Timeout time.Duration
	// Now is the clock that Alertmanager's is compared with.
	Now func() time.Time
}

// Client asks one Alertmanager. Those of a cluster tell each other of their silences, so one
// is enough. It is safe for concurrent use.
type Client struct {
	Config

	mu      sync.Mutex
	trusted []byte // what http was made of: the PEM file
	http    *http.Client
}

const defaultTimeout = 5 * time.Second

// New returns a client; it does no I/O.
func New(c Config) *Client {
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}

	return &Client{Config: c, http: c.trusting(nil)}
}

// trusting returns a client that trusts these authorities, those of the system for nil.
func (c Config) trusting(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout: c.Timeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		},
		// The credentials would go where the redirect says.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Find looks for the silences that have the mark in their comment, or one of the ids.
func (c *Client) Find(ctx context.Context, mark string, ids []string) (Look, error) {
	var all []Silence

	skew, err := c.call(ctx, http.MethodGet, c.path("silences"), nil, &all)

	return Look{Silences: marked(all, mark, ids), Skew: skew}, err
}

// skew is how far Alertmanager's clock is ahead of ours, by the date of an answer that has just
// come; none where there is no date, or where its seconds do not show any.
func (c *Client) skew(answer http.Header) time.Duration {
	const precision = 2 * time.Second

	date, err := http.ParseTime(answer.Get("Date"))
	skew := date.Sub(c.Now())

	if err != nil || skew.Abs() <= precision {
		return 0
	}

	return skew.Round(time.Second)
}

// set makes a silence, or changes the one with its id, and returns the id that it has then.
func (c *Client) set(ctx context.Context, s Silence) (id string, err error) {
	var answer struct {
		SilenceID string `json:"silenceID"`
	}

	s.UpdatedAt, s.Status.State = time.Time{}, ""

	if _, err = c.call(ctx, http.MethodPost, c.path("silences"), s, &answer); err == nil && answer.SilenceID == "" {
		err = c.strange(nil)
	}

	return answer.SilenceID, err
}

// expire ends a silence. One that has ended already is no error.
func (c *Client) expire(ctx context.Context, id string) error {
	_, err := c.call(ctx, http.MethodDelete, c.path("silence", id), nil, nil)

	return err
}

// Alerts is how many alerts there are.
type Alerts struct {
	// Matching fire and are matched, of which Silenced are silenced already.
	Matching int `json:"matching"`
	Silenced int `json:"silenced"`
}

// CountAlerts counts the alerts that fire now and that the matchers match.
func (c *Client) CountAlerts(ctx context.Context, matchers []Matcher) (count Alerts, err error) {
	var alerts []struct {
		Status struct {
			SilencedBy []string `json:"silencedBy"`
		} `json:"status"`
	}

	to := c.path("alerts")
	to.RawQuery = url.Values{"filter": Strings(matchers)}.Encode()

	_, err = c.call(ctx, http.MethodGet, to, nil, &alerts)

	for _, alert := range alerts {
		count.Matching++

		if len(alert.Status.SilencedBy) > 0 {
			count.Silenced++
		}
	}

	return count, err
}

func (c *Client) path(parts ...string) *url.URL {
	return c.URL.JoinPath("api", "v2").JoinPath(parts...)
}

// maxAnswer bounds what is read of an answer, in bytes; a silence has less than a KiB.
const maxAnswer = 64 << 20

// call makes one request and decodes its answer.
func (c *Client) call(ctx context.Context, method string, to *url.URL, body, answer any) (skew time.Duration, err error) {
	request, err := c.request(ctx, method, to, body)
	if err != nil {
		return 0, fmt.Errorf("ask Alertmanager: %w", err)
	}

	asker, err := c.asker()
	if err != nil {
		return 0, err
	}

	response, err := asker.Do(request)
	if err != nil {
		return 0, c.unanswered(err)
	}
	defer response.Body.Close()

	skew = c.skew(response.Header)
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))

	switch {
	case err != nil:
		return skew, c.unanswered(err)
	case response.StatusCode != http.StatusOK:
		return skew, c.refused(response.StatusCode, data)
	case len(data) > maxAnswer:
		return skew, c.strange(errors.New("the answer is too long"))
	case answer == nil:
		return skew, nil
	}

	if err := json.Unmarshal(data, answer); err != nil {
		return skew, c.strange(err)
	}

	return skew, nil
}

func (c *Client) request(ctx context.Context, method string, to *url.URL, body any) (*http.Request, error) {
	var sent io.Reader

	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}

		sent = bytes.NewReader(data)
	}

	request, err := http.NewRequestWithContext(ctx, method, to.String(), sent)
	if err != nil {
		return nil, err
	}

	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "opsconsole")

	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}

	return request, c.authorize(request)
}
