package auth_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestForWhomAnAccessTokenIsAskedFor is said wherever one is issued: RFC 8707, section 2.
func TestForWhomAnAccessTokenIsAskedFor(t *testing.T) {
	t.Parallel()

	resources := []string{"https://api.example.com/a?b=1&c", "urn:graph"}
	db := storetest.Open(t, storetest.SQLiteURL(t))
	idp := newFakeIDP(t)

	var asked []url.Values

	idp.authorized = func(query url.Values) { asked = append(asked, query) }
	idp.respond = func(r *http.Request, _ claims) int {
		asked = append(asked, r.PostForm)

		return http.StatusOK
	}

	c := newConsole(t, db, idp.use, func(cfg *auth.Config) { cfg.Resources, cfg.RequestAudience = resources, "the api" })
	b := c.browser(t)
	b.get("/begin")
	idp.clock.Advance(10 * time.Minute)

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Fatalf("got %+v, want it renewed", got)
	}

	if len(asked) != 3 { // the browser, the code, the refresh token
		t.Fatalf("the provider was asked %d times, want 3", len(asked))
	}

	for i, sent := range asked {
		if !slices.Equal(sent["resource"], resources) || !slices.Equal(sent["audience"], []string{"the api"}) {
			t.Errorf("request %d was sent %v", i, sent)
		}
	}

	// The access tokens of older sessions are for somebody else.
	before := newConsole(t, db, idp.use).browser(t)
	for name, value := range b.cookies() {
		before.setCookie(name, value)
	}

	if got := before.get("/"); got.Status != http.StatusUnauthorized {
		t.Errorf("a session made for other resources is answered with %d, want 401", got.Status)
	}

	asked = nil

	before.get("/begin")

	if len(asked) != 2 || asked[0].Has("resource") || asked[1].Has("audience") {
		t.Errorf("where none is configured, %v was sent", asked)
	}
}
