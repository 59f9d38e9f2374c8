package alertmanager_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
)

// TestWhatGoesWrongIsSaid in a sentence that says what to do, and credentials go nowhere else.
func TestWhatGoesWrongIsSaid(t *testing.T) {
	t.Parallel()

	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed, with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()

	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}

	for want, handler := range map[string]http.HandlerFunc{
		"it refuses the credentials":        answer(http.StatusUnauthorized, ""),
		"a redirect; those are not":         answer(http.StatusFound, ""),
		"with the path below which /api/v2": answer(http.StatusNotFound, ""),
		"Unprocessable Entity: no matchers": answer(http.StatusUnprocessableEntity, `{"code": 602, "message": "no  matchers."}`),
		"Internal Server Error: broken.":    answer(http.StatusInternalServerError, `"broken"`),
		"Bad Gateway.":                      answer(http.StatusBadGateway, "<html>"),
		"something else than Alertmanager":  answer(http.StatusOK, "<html>"),
		"did not answer in time":            func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		server := httptest.NewServer(handler)

		to, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}

		client := alertmanager.New(alertmanager.Config{URL: to, Token: "secret", Now: time.Now, Timeout: 200 * time.Millisecond})

		if _, err := client.End(t.Context(), mark, nil); err == nil || !strings.Contains(alertmanager.Message(err), want) {
			t.Errorf("got %v, want %q", err, want)
		}

		server.Close()

		_, _ = client.End(t.Context(), mark, nil) // may find out by a connection that it had

		if _, err := client.End(t.Context(), mark, nil); err == nil || !strings.Contains(alertmanager.Message(err), "refused the connection") {
			t.Errorf("got %v, want that it refused", err)
		}
	}
}

// TestCredentials: Alertmanager's own basic authentication, and a bearer token below a path.
func TestCredentials(t *testing.T) {
	t.Parallel()

	// The password is "secret", in bcrypt at its least cost.
	const web = "basic_auth_users:\n  console: $2a$04$pazX2EWJeBXOmoRwXFikRuI0mUFq8CsiFlh9KUcmUgvb3OiPsxn5e\n"

	bearer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/alertmanager/api/v2/silences" || r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
		}

		_, _ = w.Write([]byte("[]"))
	}))
	defer bearer.Close()

	to, err := url.Parse(bearer.URL + "/alertmanager/")
	if err != nil {
		t.Fatal(err)
	}

	for token, works := range map[string]bool{"secret": true, "wrong": false} {
		client := alertmanager.New(alertmanager.Config{URL: to, Token: token, Now: time.Now})
		if _, err := client.End(t.Context(), mark, nil); (err == nil) != works {
			t.Errorf("with the token %q: %v", token, err)
		}
	}

	server := alertmanagertest.Start(t, web, nil)

	for password, works := range map[string]bool{"secret": true, "wrong": false, "": false} {
		client := alertmanager.New(alertmanager.Config{URL: server.URL, User: "console", Password: password, Now: time.Now})
		if _, err := client.End(t.Context(), mark, nil); (err == nil) != works {
			t.Errorf("with the password %q: %v", password, err)
		}
	}
}
