package ops

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 8 << 20

var errTooLong = errors.New("the answer is longer than 8 MiB")

// answer is what came back, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send makes the call and returns its answer when that is a success; every other
// one is an error. The exchange says what went wrong with what is read later.
func (s session) send(ctx context.Context, c call) (*exchange, answer, error) {
	t, a, err := s.exchange(ctx, c)
	if err != nil {
		return t, a, err
	}

	return t, a, t.check(a)
}

// exchange makes the call and returns whatever is answered.
func (s session) exchange(ctx context.Context, c call) (*exchange, answer, error) {
	t := &exchange{call: c, host: s.client.base.Host, timeout: s.client.timeout, requestID: rand.Text(), parent: ctx}

	// A call that is given up before it begins is not worth a connection.
	if err := ctx.Err(); err != nil {
		return t, answer{}, t.broken(err)
	}

	ctx, cancel := context.WithTimeout(ctx, s.client.timeout)
	defer cancel()

	request, err := s.request(ctx, c, t.requestID)
	if err != nil {
		return t, answer{}, err
	}

	a, err := s.attempt(request, t)
	if err != nil && !c.write() && ctx.Err() == nil && !errors.Is(err, errTooLong) {
		a, err = s.attempt(request, t)
	}

	if err != nil {
		return t, answer{}, t.broken(err)
	}

	return t, a, nil
}

// request builds what goes out. Its errors are certain: nothing has been sent.
func (s session) request(ctx context.Context, c call, requestID string) (*http.Request, error) {
	var body io.Reader

	if c.body != nil {
		encoded, err := json.Marshal(c.body)
		if err != nil {
			return nil, fmt.Errorf("encode the body: %w", err)
		}

		body = bytes.NewReader(encoded)
	}

	target := s.client.base.JoinPath(c.path)
	target.RawQuery = url.Values(c.query).Encode()

	request, err := http.NewRequestWithContext(ctx, c.method, target.String(), body)
	if err != nil {
		return nil, fmt.Errorf("build the request: %w", err)
	}

	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", s.client.userAgent)
	request.Header.Set(HeaderRequestID, requestID)

	if c.accept != "" {
		request.Header.Set("Accept", c.accept)
	}

	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}

	if err := s.client.credentials(s.caller, request.Header); err != nil && !c.anonymous {
		return nil, err
	}

	return request, nil
}

// attempt sends the request once and reads the whole answer.
func (s session) attempt(request *http.Request, t *exchange) (answer, error) {
	response, err := s.client.http.Do(request.WithContext(t.watch(request.Context()))) //nolint:gosec // to the configured URL alone
	if err != nil {
		return answer{}, err
	}

	t.arrived.Store(true)

	// One byte more than is allowed tells a long answer from one that just fits.
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	err = errors.Join(err, response.Body.Close())

	if len(body) > maxAnswer {
		err = errTooLong
	}

	return answer{status: response.StatusCode, header: response.Header, body: body}, err
}

// probe makes a call that needs no caller and whose answer stands in no envelope.
func (c *Client) probe(ctx context.Context, path string) (ProbeStatus, error) {
	var status ProbeStatus

	probe := get(path)
	probe.anonymous = true
	probe.unready = true

	t, a, err := session{client: c}.send(ctx, probe)
	if err != nil {
		return status, err
	}

	return status, t.decode(a.body, &status, "status")
}
