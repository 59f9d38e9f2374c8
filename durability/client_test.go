package durability_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"
)

// client is somebody who is signed in.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it never is one
	}

	// A connection each: one that is kept alive tells the client that the program died, and it asks again by itself.
	transport := &http.Transport{DisableKeepAlives: true}

	return &client{base: base, http: &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: transport}}
}

// signIn signs an account in, as a browser does.
func (c *client) signIn(ctx context.Context, account string) error {
	follow := func(method, address string) (*url.URL, error) {
		request, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			return nil, err
		}

		response, err := c.http.Do(request)
		if err != nil {
			return nil, err
		}

		return response.Request.URL, response.Body.Close()
	}

	chooses, err := follow(http.MethodGet, c.base+"/auth/start")
	if err != nil {
		return err
	}

	query := chooses.Query()
	query.Set("username", account)
	chooses.RawQuery = query.Encode()

	home, err := follow(http.MethodPost, chooses.String())
	if err == nil && home.Path != "/" {
		err = fmt.Errorf("signing in ended at %s", home)
	}

	return err
}

// answer is one that was read to its end: an acknowledgment.
type answer struct {
	status int
	// again says that it tells of what was done before.
	again bool
	body  map[string]any
}

func (a answer) ok() bool { return a.status/100 == http.StatusOK/100 }

// number is a member of the answer, by the path to it.
func (a answer) number(path ...string) int64 {
	n, _ := a.at(path...).(float64)

	return int64(n)
}

func (a answer) text(path ...string) string {
	text, _ := a.at(path...).(string)

	return text
}

func (a answer) at(path ...string) any {
	var value any = a.body
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}

	return value
}

func (a answer) items() []answer {
	list, _ := a.body["items"].([]any)
	items := make([]answer, 0, len(list))

	for _, one := range list {
		object, _ := one.(map[string]any)
		items = append(items, answer{status: a.status, body: object})
	}

	return items
}

// ask sends a request under an idempotency key, "" for none. An error says that it is not known what became of it.
func (c *client) ask(ctx context.Context, method, path, key string, body any) (answer, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}

	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(data))
	if err != nil {
		return answer{}, err
	}

	request.Header.Set("Accept", "application/json")

	if method != http.MethodGet {
		request.Header.Set("Content-Type", "application/json")
	}

	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}

	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}

	a := answer{status: response.StatusCode, again: response.Header.Get("Idempotency-Replayed") != ""}
	if err := json.Unmarshal(text, &a.body); err != nil {
		a.body = map[string]any{"text": string(text)}
	}

	return a, nil
}

func (c *client) get(ctx context.Context, path string) (answer, error) {
	return c.ask(ctx, http.MethodGet, path, "", nil)
}
