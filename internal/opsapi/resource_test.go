package opsapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/protected"
)

// TestARefusalSaysWhichTokenIsWanted goes the way of RFC 9728, section 5: from the 401 to the metadata.
func TestARefusalSaysWhichTokenIsWanted(t *testing.T) {
	t.Parallel()

	issuer, token := issue(t)

	tokens, err := auth.NewTokens(auth.TokensConfig{
		Issuer: issuer, Audiences: []string{"https://api.example.com", "graph-olap"}, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}

	for _, public := range []*url.URL{nil, {Scheme: "https", Host: "api.example.com"}} {
		server := sqliteWorld(t).serve(t, func(c *opsapi.Config) {
			c.Authenticate.Bearer, c.Authenticate.InternalKey, c.PublicURL = tokens, "key", public
		})

		resource := server.URL
		if public != nil {
			resource = public.String()
		}

		challenge := `Bearer resource_metadata="` + resource + protected.MetadataPath + `", audience="https://api.example.com graph-olap"`
		for sent, want := range map[string]string{
			"": challenge, "Basic YTpi": challenge, "Bearer": challenge,
			"Bearer a.b.c": challenge + `, error="invalid_token"`, "bearer a.b.c": challenge + `, error="invalid_token"`,
		} {
			status, got, _ := ask(t, server.URL+"/api/config/export", sent)
			if said := got.Get("WWW-Authenticate"); status != http.StatusUnauthorized || said != want {
				t.Errorf("%q: got %d, %s, want 401, %s", sent, status, said, want)
			}
		}

		if status, _, _ := ask(t, server.URL+"/api/config/export", "Bearer "+token); status != http.StatusOK {
			t.Errorf("a token for the second audience: got %d, want 200", status)
		}

		var told struct {
			Resource  string   `json:"resource"`
			Servers   []string `json:"authorization_servers"`
			Audiences []string `json:"audiences"`
		}

		_, _, body := ask(t, server.URL+protected.MetadataPath, "")
		if err := json.Unmarshal(body, &told); err != nil {
			t.Fatal(err)
		}

		if told.Resource != resource || !slices.Equal(told.Servers, []string{issuer}) ||
			!slices.Equal(told.Audiences, []string{"https://api.example.com", "graph-olap"}) {
			t.Errorf("got %+v", told)
		}
	}
}

// TestWhereNoTokenIsTakenNoneIsAskedFor: there is nobody who issues one.
func TestWhereNoTokenIsTakenNoneIsAskedFor(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t)

	if status, got, _ := ask(t, server.URL+"/api/config/export", "Bearer a.b.c"); status != http.StatusUnauthorized || got.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("got %d, %q, want 401, Bearer", status, got.Get("WWW-Authenticate"))
	}

	if status, _, _ := ask(t, server.URL+protected.MetadataPath, ""); status != http.StatusNotFound {
		t.Errorf("got %d, want 404", status)
	}
}

// ask sends a GET with an Authorization header, "" for none.
func ask(t *testing.T, url, authorization string) (status int, header http.Header, body []byte) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}

	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}

	answer, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()

	if body, err = io.ReadAll(answer.Body); err != nil {
		t.Fatal(err)
	}

	return answer.StatusCode, answer.Header, body
}
