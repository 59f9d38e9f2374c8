package devidp_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/auth/devidp"
)

// idp is the provider on a listener, below a path, and a client that follows no redirects.
type idp struct {
	*httptest.Server

	t      *testing.T
	issuer string
	client *http.Client
}

func start(t *testing.T) *idp {
	t.Helper()

	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	issuer := server.URL + "/demo-idp"

	handler, err := devidp.New(config(issuer))
	if err != nil {
		t.Fatal(err)
	}

	mux.Handle("/demo-idp/", handler)

	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	return &idp{Server: server, t: t, issuer: issuer, client: client}
}

func config(issuer string) devidp.Config {
	return devidp.Config{
		Issuer: issuer, ClientID: clientID, ClientSecret: clientSecret, RedirectURI: callback, PostLogoutURI: signedOut,
		Accounts: devidp.DemoAccounts(), Stylesheet: "/static/app.css", Logger: slog.New(slog.DiscardHandler),
	}
}

type response struct {
	status   int
	header   http.Header
	location *url.URL
	text     string
	json     map[string]any
}

func (p *idp) do(method, target string, form url.Values, change ...func(*http.Request)) response {
	p.t.Helper()

	if strings.HasPrefix(target, "/") {
		target = p.issuer + target
	}

	request, err := http.NewRequestWithContext(p.t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}

	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	for _, apply := range change {
		apply(request)
	}

	answered, err := p.client.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answered.Body.Close()

	body, err := io.ReadAll(answered.Body)
	if err != nil {
		p.t.Fatal(err)
	}

	read := response{status: answered.StatusCode, header: answered.Header, text: string(body)}
	_ = json.Unmarshal(body, &read.json)

	if read.location, err = url.Parse(answered.Header.Get("Location")); err != nil {
		p.t.Fatal(err)
	}

	return read
}

func basic(id, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(id, secret) }
}

func authorization(changes url.Values) string {
	query := url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {callback}, "state": {"the state & more"},
		"scope": {"openid profile email offline_access"}, "nonce": {"n"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	maps.Copy(query, changes)

	return "/authorize?" + query.Encode()
}

// code signs dave in and returns the code that the client gets.
func (p *idp) code() string {
	p.t.Helper()

	page := p.do(http.MethodGet, authorization(nil), nil)
	if page.status != http.StatusFound {
		p.t.Fatalf("authorize: %+v, want 302", page)
	}

	chosen := p.do(http.MethodPost, page.location.String(), url.Values{"username": {"dave"}})
	if chosen.status != http.StatusSeeOther {
		p.t.Fatalf("sign-in: %+v, want 303", chosen)
	}

	back := p.do(http.MethodGet, chosen.location.String(), nil)

	query := back.location.Query()
	if !strings.HasPrefix(back.location.String(), callback+"?") || query.Get("state") != "the state & more" || query.Get("code") == "" {
		p.t.Fatalf("back at the client: %+v, want the callback with the state and a code", back)
	}

	return query.Get("code")
}

func exchange(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
	}
}

func (p *idp) tokens() map[string]any {
	p.t.Helper()

	got := p.do(http.MethodPost, "/oauth/token", exchange(p.code()), basic(clientID, clientSecret))
	if got.status != http.StatusOK {
		p.t.Fatalf("exchange: %+v, want 200", got)
	}

	return got.json
}

func payload(t *testing.T, token any) map[string]any {
	t.Helper()

	text, _ := token.(string)
	parts := strings.Split(text, ".")

	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", text)
	}

	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}

	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}

	return claims
}

func expectPlatformClaims(t *testing.T, claims map[string]any) {
	t.Helper()

	roles, _ := claims["https://api.graph-olap.example.com/roles"].([]any)
	if len(roles) != 1 || roles[0] != "ops" || claims["https://api.graph-olap.example.com/email"] != "dave@graph-olap.example.com" ||
		claims["email"] != "dave@graph-olap.example.com" || claims["name"] != "Dave" ||
		claims["preferred_username"] != "dave" || claims["sub"] != "dave" {
		t.Errorf("claims %v, want the role ops alone and dave's name, sub and addresses", claims)
	}
}
