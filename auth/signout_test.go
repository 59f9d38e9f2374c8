package auth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/auth"
)

// TestHowASignOutEnds has providers with and without a sign-out of their own, and one that is down.
func TestHowASignOutEnds(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		arrange func(*fakeIDP)
		still   auth.StillSignedIn
		to      string
	}{
		"at the provider": {func(*fakeIDP) {}, "", "https://elsewhere.example.com/bye?a=b&client_id=opsconsole&id_token_hint="},
		"it has none":     {func(f *fakeIDP) { f.document = func(claims) {} }, auth.NoProviderSignOut, ""},
		"it is down":      {func(f *fakeIDP) { f.down = true }, auth.ProviderDown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp, c, b := checks(t, sqlite(t), func(f *fakeIDP) {
				f.document = func(document claims) { document["end_session_endpoint"] = "https://elsewhere.example.com/bye?a=b" }
			})
			idp.set(func() { test.arrange(idp) })

			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/logout", http.NoBody)
			request.Header.Set("Cookie", "opsconsole="+b.cookies()["opsconsole"])

			out, err := c.auth.SignOut(httptest.NewRecorder(), request)
			if err != nil || out.Still != test.still || !strings.HasPrefix(out.ProviderURL, test.to) || (test.to == "") != (out.ProviderURL == "") {
				t.Errorf("got %+v, %v, want still %q and an address that begins with %q", out, err, test.still, test.to)
			}

			if n := count(t, c.db, "opsconsole_sessions"); n != 0 {
				t.Errorf("%d sessions are left, want none", n)
			}
		})
	}
}

func TestAnotherAccountIsAskedFor(t *testing.T) {
	t.Parallel()

	for want, prompts := range map[string][]string{"select_account": nil, "login": {"none", "login", "consent"}} {
		var asked url.Values

		idp := newFakeIDP(t)
		idp.document = func(document claims) { document["prompt_values_supported"] = prompts }
		idp.authorized = func(query url.Values) { asked = query }

		b := newConsole(t, sqlite(t), idp.use).browser(t)
		if b.get("/begin?another=1"); asked.Get("prompt") != want {
			t.Errorf("got %v, want %s", asked, want)
		}

		if b.get("/begin"); asked.Has("prompt") {
			t.Errorf("asked without being told: %v", asked)
		}
	}
}
