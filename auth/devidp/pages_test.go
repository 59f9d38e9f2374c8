package devidp_test

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/auth/devidp"
)

func TestTheSignInPage(t *testing.T) {
	t.Parallel()

	p := start(t)
	at := p.do(http.MethodGet, authorization(nil), nil).location.String()
	page := p.do(http.MethodGet, at, nil)

	for _, want := range []string{
		"alice — Analyst", "bob — Analyst", "carol — Admin", "dave — Ops", "olga — Ops",
		"For the demo only", `<link rel="stylesheet" href="/static/app.css">`, `name="username" value="dave"`,
	} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page lacks %q:\n%s", want, page.text)
		}
	}

	for _, bad := range []string{"<script", "<style", "style=", "onclick", "password\""} {
		if strings.Contains(page.text, bad) {
			t.Errorf("the page has %q", bad)
		}
	}

	rule := page.header.Get("Content-Security-Policy")
	if !strings.Contains(rule, "default-src 'none'") || strings.Contains(rule, "unsafe") {
		t.Errorf("content rule %q, want default-src 'none' and nothing unsafe", rule)
	}

	wrong := p.do(http.MethodPost, at, url.Values{"username": {`<b>"mallory`}})
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.text, "no account of that name") ||
		!strings.Contains(wrong.text, `value="&lt;b&gt;&#34;mallory"`) || strings.Contains(wrong.text, "<b>") {
		t.Errorf("a wrong name: %d, want 422, the name escaped and that there is no such account\n%s", wrong.status, wrong.text)
	}

	cancelled := p.do(http.MethodPost, at, url.Values{"cancel": {"yes"}}).location.Query()
	if cancelled.Get("error") != "access_denied" || cancelled.Get("state") != "the state & more" {
		t.Errorf("cancelling leads to %v, want access_denied and the state", cancelled)
	}

	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if got := p.do(method, "/sign-in?request=%3Cb%3E", url.Values{"username": {"dave"}}); got.status != http.StatusBadRequest ||
			!strings.Contains(got.text, "begin again") || strings.Contains(got.text, "<b>") {
			t.Errorf("%s of a request that is none: %d, want 400, begin again, and nothing unescaped\n%s", method, got.status, got.text)
		}
	}

	// Nobody gets on without having been let in.
	request, _ := url.Parse(at)
	if got := p.do(http.MethodGet, "/authorize/callback?id="+request.Query().Get("request"), nil); got.location.Query().Get("code") != "" {
		t.Errorf("without signing in: %s, want no code", got.location)
	}
}

func TestTokensForScripts(t *testing.T) {
	t.Parallel()

	p := start(t)

	got := p.do(http.MethodPost, "/demo-token", url.Values{"username": {"dave"}})
	if life, _ := got.json["expires_in"].(float64); got.status != http.StatusOK || got.json["token_type"] != "Bearer" ||
		life < 3500 || life > 3600 ||
		got.header.Get("Cache-Control") != "no-store" || got.json["refresh_token"] != nil {
		t.Fatalf("got %+v, want 200 and a Bearer token for an hour, no-store, without a refresh token", got)
	}

	claims := payload(t, got.json["access_token"])
	expectPlatformClaims(t, claims)

	audience, _ := claims["aud"].([]any)
	if claims["iss"] != p.issuer || len(audience) != 1 || audience[0] != clientID || claims["nonce"] != nil {
		t.Errorf("claims %v, want the issuer %s, the audience %s and no nonce", claims, p.issuer, clientID)
	}

	for username, code := range map[string]string{"": "invalid_request", "mallory": "invalid_grant", "Dave": "invalid_grant"} {
		got := p.do(http.MethodPost, "/demo-token", url.Values{"username": {username}})
		if got.status != http.StatusBadRequest || got.json["error"] != code {
			t.Errorf("%q: %+v, want 400, %s", username, got, code)
		}
	}

	if got := p.do(http.MethodGet, "/demo-token?username=dave", nil); got.json["access_token"] != nil {
		t.Errorf("by a link: %+v, want no token", got)
	}
}

func TestItSpeaksToThisMachineAlone(t *testing.T) {
	t.Parallel()

	idp, err := devidp.New(config("http://127.0.0.1:8080/demo-idp"))
	if err != nil {
		t.Fatal(err)
	}

	const host = "127.0.0.1:8080"

	header := func(name, value string) http.Header { return http.Header{name: {value}} }

	for name, test := range map[string]struct {
		peer   string
		host   string
		header http.Header
		want   int
	}{
		"this machine":            {"127.0.0.1:1", host, nil, http.StatusOK},
		"by IPv6":                 {"[::1]:1", host, nil, http.StatusOK},
		"by IPv4 in IPv6":         {"[::ffff:127.0.0.1]:1", host, nil, http.StatusOK},
		"the same origin":         {"127.0.0.1:1", host, header("Origin", "http://"+host), http.StatusOK},
		"another machine":         {"192.0.2.7:1", host, nil, http.StatusForbidden},
		"another, by IPv6":        {"[2001:db8::7]:1", host, nil, http.StatusForbidden},
		"nowhere":                 {"", host, nil, http.StatusForbidden},
		"a name that points here": {"127.0.0.1:1", "evil.example.com:8080", nil, http.StatusForbidden},
		"by a proxy":              {"127.0.0.1:1", host, header("X-Forwarded-For", "192.0.2.7"), http.StatusForbidden},
		"by a newer proxy":        {"127.0.0.1:1", host, header("Forwarded", "for=192.0.2.7"), http.StatusForbidden},
		"from a foreign page":     {"127.0.0.1:1", host, header("Origin", "http://evil.example.com"), http.StatusForbidden},
		"from one without a name": {"127.0.0.1:1", host, header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/demo-idp/demo-token", strings.NewReader("username=dave"))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.RemoteAddr, request.Host = test.peer, test.host

		maps.Copy(request.Header, test.header)

		recorder := httptest.NewRecorder()
		idp.ServeHTTP(recorder, request)

		if recorder.Code != test.want || recorder.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d, want %d and no allowed origin: %s", name, recorder.Code, test.want, recorder.Body)
		}
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(*devidp.Config){
		"no issuer":       func(c *devidp.Config) { c.Issuer = "" },
		"a bad issuer":    func(c *devidp.Config) { c.Issuer = "http://%zz" },
		"a relative one":  func(c *devidp.Config) { c.Issuer = "/demo-idp" },
		"no client":       func(c *devidp.Config) { c.ClientID = "" },
		"no secret":       func(c *devidp.Config) { c.ClientSecret = "" },
		"no redirect URI": func(c *devidp.Config) { c.RedirectURI = "" },
		"no accounts":     func(c *devidp.Config) { c.Accounts = nil },
		"no logger":       func(c *devidp.Config) { c.Logger = nil },
	} {
		cfg := config("http://127.0.0.1:8080/demo-idp")
		cfg.Logger = slog.New(slog.DiscardHandler)
		change(&cfg)

		if _, err := devidp.New(cfg); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}
