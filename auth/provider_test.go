package auth_test

import (
	"bytes"
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()

	_, strange := testKeys()
	encode := base64.RawURLEncoding.EncodeToString

	for name, spoil := range map[string]func(f *fakeIDP){
		"wrong nonce":    func(f *fakeIDP) { f.idToken = func(c claims) { c["nonce"] = "another" } },
		"no nonce":       func(f *fakeIDP) { f.idToken = func(c claims) { delete(c, "nonce") } },
		"wrong audience": func(f *fakeIDP) { f.idToken = func(c claims) { c["aud"] = "somebody else" } },
		"wrong party":    func(f *fakeIDP) { f.idToken = func(c claims) { c["azp"] = "somebody else" } },
		"wrong issuer":   func(f *fakeIDP) { f.idToken = func(c claims) { c["iss"] = "https://idp.example.com" } },
		"expired":        func(f *fakeIDP) { f.idToken = func(c claims) { c["exp"] = f.clock.Now().Add(-time.Minute).Unix() } },
		"no iat":         func(f *fakeIDP) { f.idToken = func(c claims) { delete(c, "iat") } },
		"from the future": func(f *fakeIDP) {
			f.idToken = func(c claims) { c["iat"] = f.clock.Now().Add(time.Minute + 2*time.Second).Unix() }
		},
		"no iss, though promised": func(f *fakeIDP) {
			f.document = func(document claims) { document["authorization_response_iss_parameter_supported"] = true }
		},
		"no expiry":     func(f *fakeIDP) { f.idToken = func(c claims) { delete(c, "exp") } },
		"wrong at_hash": func(f *fakeIDP) { f.idToken = func(c claims) { c["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" } },
		"no subject":    func(f *fakeIDP) { f.idToken = func(c claims) { delete(c, "sub") } },
		"another key":   func(f *fakeIDP) { f.sign = f.signWith(strange, oidc.RS256) },
		"alg none": func(f *fakeIDP) {
			f.sign = func(c []byte) string { return encode([]byte(`{"alg":"none"}`)) + "." + encode(c) + "." }
		},
		"alg HS256 with the public key": func(f *fakeIDP) {
			f.sign = f.signWith(f.key.N.Bytes(), "HS256")
		},
		"no ID token": func(f *fakeIDP) {
			f.respond = func(_ *http.Request, body claims) int {
				delete(body, "id_token")

				return http.StatusOK
			}
		},
		"an answer from another issuer": func(f *fakeIDP) {
			f.authorize = func(answer url.Values) { answer.Set("iss", "https://idp.example.com") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp := newFakeIDP(t)
			spoil(idp)

			c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
			b := c.browser(t)

			got := b.get("/begin?return_to=/jobs")
			expectKind(t, got, http.StatusUnauthorized, "token invalid")

			if got.ReturnTo != "/jobs" {
				t.Errorf("the way back is %q, want /jobs", got.ReturnTo)
			}

			if n := count(t, c.db, "opsconsole_sessions"); n != 0 || len(b.cookies()) != 0 {
				t.Errorf("%d sessions, cookies %v, want none", n, b.cookies())
			}
		})
	}
}

func TestGoodTokensOfTheSameProviderAreTaken(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	idp.authorize = func(answer url.Values) { answer.Set("iss", idp.URL) }
	idp.document = func(document claims) { document["authorization_response_iss_parameter_supported"] = true }
	idp.idToken = func(c claims) { c["azp"], c["aud"] = clientID, []string{"another", clientID} }

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
	if got := c.browser(t).get("/begin?return_to=/jobs"); got.Path != "/jobs" || !got.Identity.IsOps() {
		t.Errorf("got %+v, want /jobs for dave of Ops", got)
	}
}

func TestWhatTheProviderRefuses(t *testing.T) {
	t.Parallel()

	refuse := func(status int, code string) func(*fakeIDP) {
		return func(f *fakeIDP) {
			f.respond = func(_ *http.Request, body claims) int {
				clear(body)

				body["error"] = code

				return status
			}
		}
	}
	deny := func(code string) func(*fakeIDP) {
		return func(f *fakeIDP) {
			f.authorize = func(answer url.Values) {
				answer.Del("code")
				answer.Set("error", code)
				answer.Set("error_description", "<script>")
			}
		}
	}

	for name, test := range map[string]struct {
		arrange func(*fakeIDP)
		status  int
		kind    string
		says    string
	}{
		"denied by the user":       {deny("access_denied"), http.StatusUnauthorized, "denied", "cancelled or denied"},
		"another error":            {deny("invalid_scope"), http.StatusUnauthorized, "refused", "invalid_scope"},
		"an error that is none":    {deny("<b>"), http.StatusUnauthorized, "refused", "an unknown error"},
		"temporarily unavailable":  {deny("temporarily_unavailable"), http.StatusServiceUnavailable, "unreachable", "does not answer"},
		"the code is refused":      {refuse(400, "invalid_grant"), http.StatusUnauthorized, "refused", "invalid_grant"},
		"the client is refused":    {refuse(401, "invalid_client"), http.StatusUnauthorized, "refused", "invalid_client"},
		"the token endpoint fails": {refuse(502, ""), http.StatusServiceUnavailable, "unreachable", "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp := newFakeIDP(t)
			test.arrange(idp)

			c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)

			got := c.browser(t).get("/begin?return_to=/jobs")
			expectKind(t, got, test.status, test.kind)

			if !strings.Contains(got.Message, test.says) || strings.ContainsAny(got.Message, "<>") || got.ReturnTo != "/jobs" {
				t.Errorf("got %+v, want a message with %q, without markup, and back to /jobs", got, test.says)
			}
		})
	}
}

func TestTheProviderMayComeLate(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	idp.down = true

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)
	b := c.browser(t)

	host := strings.TrimPrefix(idp.URL, "http://")

	got := b.get("/begin")
	expectKind(t, got, http.StatusServiceUnavailable, "unreachable")

	if want := "The identity provider at " + host + " does not answer"; got.Message != want {
		t.Errorf("message %q, want %q", got.Message, want)
	}

	idp.set(func() { idp.down = false })

	if got := b.get("/begin?return_to=/x"); got.Path != "/x" {
		t.Errorf("after it came back: %+v, want /x", got)
	}
}

func TestTheClientProvesItself(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		methods []string
		secret  string
		inForm  bool
	}{
		"by default in the header":     {nil, clientSecret, false},
		"in the header if it may":      {[]string{"client_secret_post", "client_secret_basic"}, clientSecret, false},
		"in the form if it must":       {[]string{"client_secret_post"}, clientSecret, true},
		"a public client by name only": {nil, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp := newFakeIDP(t)
			idp.authMethods = test.methods
			idp.respond = func(r *http.Request, _ claims) int {
				id, secret, inHeader := r.BasicAuth()
				if inHeader == test.inForm || (inHeader && (id != clientID || secret != url.QueryEscape(clientSecret))) {
					t.Errorf("in the header: %v, %q, %q, want it there: %t, with %q and the secret escaped", inHeader, id, secret, !test.inForm, clientID)
				}

				if form := r.PostForm; test.inForm && (form.Get("client_id") != clientID || form.Get("client_secret") != test.secret) {
					t.Errorf("in the form: %v, want %q and %q", form, clientID, test.secret)
				}

				return http.StatusOK
			}

			db := storetest.Open(t, storetest.SQLiteURL(t))

			c := newConsole(t, db, idp.use, func(cfg *auth.Config) { cfg.ClientSecret = test.secret })
			if got := c.browser(t).get("/begin"); !got.Identity.IsOps() {
				t.Errorf("got %+v, want dave of Ops", got)
			}
		})
	}
}

func TestTheSecretGoesNowhereElse(t *testing.T) {
	t.Parallel()

	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s went elsewhere", r.Method, r.URL)
	}))
	defer elsewhere.Close()

	idp := newFakeIDP(t)

	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)

			return
		}

		recorded := httptest.NewRecorder()
		idp.Config.Handler.ServeHTTP(recorded, r)
		maps.Copy(w.Header(), recorded.Header())
		w.WriteHeader(recorded.Code)

		_, _ = w.Write(bytes.ReplaceAll(recorded.Body.Bytes(), []byte(idp.URL), []byte("http://"+r.Host)))
	}))
	defer front.Close()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), func(cfg *auth.Config) {
		cfg.Issuer, cfg.HTTPClient = front.URL, nil
	})

	expectKind(t, c.browser(t).get("/begin"), http.StatusServiceUnavailable, "unreachable")
}

func TestTheProviderMayBeWrong(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		document string
		says     string
	}{
		"not JSON":       {"<html>", "does not answer as an OpenID Connect provider"},
		"another issuer": {`{"issuer": "https://idp.example.com"}`, "calls itself"},
		"no issuer":      {`{}`, "has no usable issuer"},
		"no endpoints":   {`{"issuer": "SELF"}`, "has no usable authorization_endpoint, no jwks_uri, no token_endpoint"},
		"an endpoint that is no URL": {
			`{"issuer": "SELF", "authorization_endpoint": "SELF/a", "token_endpoint": "/token", "jwks_uri": "SELF/k"}`,
			"has no usable token_endpoint",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = w.Write([]byte(strings.ReplaceAll(test.document, "SELF", "http://"+r.Host)))
			}))
			defer server.Close()

			c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), func(cfg *auth.Config) { cfg.Issuer = server.URL })

			got := c.browser(t).get("/begin")
			expectKind(t, got, http.StatusServiceUnavailable, "unreachable")

			if !strings.Contains(got.Message, test.says) {
				t.Errorf("message %q, want it to say %q", got.Message, test.says)
			}
		})
	}
}

func TestConfigurationIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()

	_, err := auth.New(auth.Config{Issuer: "idp.example.com", RolesClaim: "/a~b"})
	if err == nil {
		t.Fatal("an empty configuration was taken")
	}

	for _, says := range []string{"issuer", "client ID", "public URL", "JSON pointer", "database"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q says nothing of %s", err, says)
		}
	}
}
