package auth_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/auth/devidp"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	clientID     = "opsconsole"
	clientSecret = "a secret with spaces & signs%"
)

// console is a small console on a real listener, with the demo's provider below
// /demo-idp unless the configuration names another issuer.
type console struct {
	*httptest.Server

	auth  *auth.Auth
	clock *worldtest.Clock
	db    *store.DB
	log   *worldtest.Buffer
	// admit is asked about everybody who signs in.
	admit func(auth.Identity) error
}

type option func(*auth.Config)

func newConsole(t *testing.T, db *store.DB, options ...option) *console {
	t.Helper()

	return startConsole(t, db, httptest.NewServer, options...)
}

func startConsole(t *testing.T, db *store.DB, start func(http.Handler) *httptest.Server, options ...option) *console {
	t.Helper()

	mux := http.NewServeMux()
	server := start(mux)
	t.Cleanup(server.Close)

	publicURL, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}

	c := &console{Server: server, clock: worldtest.NewClock(time.Now()), db: db, log: &worldtest.Buffer{}, admit: func(auth.Identity) error { return nil }}
	cfg := auth.Config{
		Issuer:       server.URL + "/demo-idp",
		ClientID:     clientID,
		ClientSecret: clientSecret,
		Scopes:       []string{"profile", "email", "offline_access"},
		PublicURL:    publicURL,
		DB:           db,
		Now:          c.clock.Now,
		Logger:       slog.New(slog.NewTextHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		HTTPClient:   server.Client(),
	}

	for _, apply := range options {
		apply(&cfg)
	}

	if c.auth, err = auth.New(cfg); err != nil {
		t.Fatal(err)
	}

	if cfg.Issuer == server.URL+"/demo-idp" {
		mux.Handle("/demo-idp/", newDemoIDP(t, cfg))
	}

	c.routes(mux)

	return c
}

func newDemoIDP(t *testing.T, cfg auth.Config) http.Handler {
	t.Helper()

	idp, err := devidp.New(devidp.Config{
		Issuer:        cfg.Issuer,
		ClientID:      cfg.ClientID,
		ClientSecret:  cfg.ClientSecret,
		RedirectURI:   cfg.PublicURL.JoinPath(auth.CallbackPath).String(),
		PostLogoutURI: cfg.PublicURL.JoinPath(auth.SignedOutPath).String(),
		Accounts:      devidp.DemoAccounts(),
		Logger:        slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}

	return idp
}

// answer is what the console's pages answer.
type answer struct {
	Status   int           `json:"-"`
	Path     string        `json:"path"`
	Identity auth.Identity `json:"identity"`
	Kind     string        `json:"kind"`
	Message  string        `json:"message"`
	ReturnTo string        `json:"return_to"`
}

// endSession ends the session with that [auth.Identity.SessionID], as an operator would.
func (c *console) endSession(ctx context.Context, id string) error {
	list, _, err := c.auth.Sessions(ctx)
	list = slices.DeleteFunc(list, func(one auth.Session) bool { return !one.IsOf(auth.Identity{SessionID: id}) })

	return errors.Join(err, c.auth.EndSessions(ctx, list...))
}

func (c *console) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /begin", func(w http.ResponseWriter, r *http.Request) {
		begin := c.auth.Start
		if r.FormValue("another") != "" {
			begin = c.auth.StartAsAnother
		}

		if r.FormValue("fresh") != "" {
			begin = c.auth.StartFresh
		}

		if err := begin(w, r, r.FormValue("return_to")); err != nil {
			c.fail(w, err, "")
		}
	})
	mux.HandleFunc("GET "+auth.CallbackPath, func(w http.ResponseWriter, r *http.Request) {
		returnTo, _, err := c.auth.Callback(w, r, c.admit)
		if err != nil {
			c.fail(w, err, returnTo)

			return
		}

		http.Redirect(w, r, returnTo, http.StatusSeeOther) //nolint:gosec // what it may be is tested
	})
	mux.HandleFunc("POST "+auth.BackchannelPath, func(w http.ResponseWriter, r *http.Request) {
		whose, err := c.auth.BackchannelLogout(r)
		if err != nil {
			c.fail(w, err, "")

			return
		}

		usernames := make([]string, len(whose))
		for i, who := range whose {
			usernames[i] = who.Username
		}

		write(w, http.StatusOK, answer{Message: strings.Join(usernames, " ")})
	})
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		out, err := c.auth.SignOut(w, r)
		if err != nil {
			c.fail(w, err, "")

			return
		}

		w.Header().Set("Still-Signed-In", string(out.Still))
		http.Redirect(w, r, cmp.Or(out.ProviderURL, auth.SignedOutPath), http.StatusSeeOther)
	})

	who := func(identify func(*http.Request) (auth.Identity, error)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			identity, err := identify(r)
			if err != nil {
				if errors.Is(err, auth.ErrConfirm) {
					var next string
					if next, err = c.auth.Confirm(w, r); err == nil {
						http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // where auth sends people, as handlers do
					}
				}

				if err != nil {
					c.fail(w, err, "")
				}

				return
			}

			write(w, http.StatusOK, answer{Path: r.URL.RequestURI(), Identity: identity})
		}
	}
	mux.HandleFunc("/", who(c.auth.Identify))
	mux.HandleFunc("GET /recheck", who(c.auth.Recheck))
}

func (c *console) fail(w http.ResponseWriter, err error, returnTo string) {
	kinds := map[error]string{
		auth.ErrNoCredential: "no credential", auth.ErrSessionEnded: "session ended", auth.ErrBearerInvalid: "bearer invalid",
		auth.ErrDenied: "denied", auth.ErrAttemptExpired: "expired", auth.ErrAttemptReplayed: "replayed",
		auth.ErrAttemptForeign: "foreign", auth.ErrUnreachable: "unreachable", auth.ErrRefused: "refused",
		auth.ErrTokenInvalid: "token invalid", auth.ErrConfirm: "confirm", auth.ErrLogoutInvalid: "logout invalid",
	}

	known := ops.AsError(err)
	failed := answer{Message: known.Message, ReturnTo: returnTo}

	for kind, name := range kinds {
		if errors.Is(err, kind) {
			failed.Kind = name
		}
	}

	_, _ = io.WriteString(c.log, err.Error()+"\n")

	write(w, known.Code.HTTPStatus(), failed)
}

func write(w http.ResponseWriter, status int, body answer) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson,musttag // from one half of a test to the other
}

// browser keeps cookies and follows redirects.
type browser struct {
	*http.Client

	t    *testing.T
	base string
}

func (c *console) browser(t *testing.T) *browser {
	t.Helper()

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	return &browser{Client: &http.Client{Jar: jar, Transport: c.Client().Transport}, t: t, base: c.URL}
}

// page fetches a page of the console and returns the final URL and its text.
func (b *browser) page(method, target string, form url.Values) (*url.URL, int, string) {
	b.t.Helper()

	if strings.HasPrefix(target, "/") {
		target = b.base + target
	}

	request, err := http.NewRequestWithContext(b.t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}

	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	response, err := b.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}

	return response.Request.URL, response.StatusCode, string(text)
}

func (b *browser) get(target string) answer {
	b.t.Helper()

	_, status, text := b.page(http.MethodGet, target, nil)

	return b.read(status, text)
}

func (b *browser) read(status int, text string) answer {
	b.t.Helper()

	var read answer
	if err := json.Unmarshal([]byte(text), &read); err != nil { //nolint:musttag // as above
		b.t.Fatalf("status %d: %v in %q", status, err, text)
	}

	read.Status = status

	return read
}

// begin goes as far as the provider's sign-in page, and returns its URL.
func (b *browser) begin(returnTo string) string {
	b.t.Helper()

	at, status, text := b.page(http.MethodGet, "/begin?return_to="+url.QueryEscape(returnTo), nil)
	if status != http.StatusOK || !strings.Contains(text, "dave — Ops") {
		b.t.Fatalf("GET /begin ended at %s with %d, want 200 and the choice of accounts: %s", at, status, text)
	}

	return at.String()
}

// choose signs in on the provider's sign-in page.
func (b *browser) choose(page, username string) answer {
	b.t.Helper()

	_, status, text := b.page(http.MethodPost, page, url.Values{"username": {username}})

	return b.read(status, text)
}

func (b *browser) signIn(username string) auth.Identity {
	b.t.Helper()

	landed := b.choose(b.begin("/"), username)
	if landed.Status != http.StatusOK || landed.Identity.Username != username {
		b.t.Fatalf("signing in as %s: %+v, want 200 for that account", username, landed)
	}

	return landed.Identity
}

// cookies returns what the browser would send to the console.
func (b *browser) cookies() map[string]string {
	b.t.Helper()

	at, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}

	found := map[string]string{}
	for _, cookie := range b.Jar.Cookies(at) {
		found[cookie.Name] = cookie.Value
	}

	return found
}

func (b *browser) setCookie(name, value string) {
	b.t.Helper()

	at, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}

	b.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: "/"}}) //nolint:gosec // a planted one has no attributes
}

func expectKind(t *testing.T, got answer, status int, kind string) {
	t.Helper()

	if got.Status != status || got.Kind != kind || got.Message == "" {
		t.Errorf("got %+v, want status %d, kind %q and a message", got, status, kind)
	}
}

func count(t *testing.T, db *store.DB, table string) (n int) {
	t.Helper()

	if err := db.Read().QueryRowContext(context.WithoutCancel(t.Context()), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}

	return n
}
