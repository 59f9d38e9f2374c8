package devidp

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// Config says who may use the provider, and whom it knows.
type Config struct {
	// Issuer is the URL that clients configure. The handler serves below its path.
	Issuer string

	// The one client.
	ClientID      string
	ClientSecret  string
	RedirectURI   string
	PostLogoutURI string

	// Accounts are who one can sign in as; [DemoAccounts] has some.
	Accounts []Account
	// Stylesheet is the URL of the sign-in page's style sheet, written in the classes
	// of Basecoat; "" for none.
	Stylesheet string

	Logger *slog.Logger
}

const keyBits = 2048

// processKey is made once: each takes as long as all else that a provider is made of together.
//
//nolint:gochecknoglobals // there is one for all providers of a process
var processKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) })

// provider answers for one issuer.
type provider struct {
	Config

	key         jose.JSONWebKey
	contentRule string // of the sign-in page
	memory      memory
}

// New makes the provider.
func New(cfg Config) (http.Handler, error) {
	issuer, err := url.Parse(cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("the issuer: %w", err)
	}

	callback, err := url.Parse(cfg.RedirectURI)
	if err != nil {
		return nil, fmt.Errorf("the redirect URI: %w", err)
	}

	incomplete := cfg.ClientID == "" || cfg.ClientSecret == "" || cfg.RedirectURI == "" || len(cfg.Accounts) == 0 || cfg.Logger == nil
	if !issuer.IsAbs() || incomplete {
		return nil, errors.New("the demo's identity provider needs an absolute issuer, " +
			"a client with an ID, a secret and a redirect URI, accounts and a logger")
	}

	private, err := processKey()
	if err != nil {
		return nil, fmt.Errorf("the key of the demo's identity provider: %w", err)
	}

	p := &provider{
		Config: cfg, memory: newMemory(), contentRule: contentRule(callback),
		key: jose.JSONWebKey{Key: private, KeyID: rand.Text(), Algorithm: string(jose.RS256), Use: "sig"},
	}

	return guard(issuer.Host, http.StripPrefix(strings.TrimSuffix(issuer.Path, "/"), wellFormed(p.routes()))), nil
}

// Where the provider is asked, below its issuer.
const (
	authorizePath     = "/authorize"
	callbackPath      = authorizePath + "/callback"
	tokenPath         = "/oauth/token" //nolint:gosec // where tokens are asked for, and none itself
	introspectionPath = "/oauth/introspect"
	userinfoPath      = "/userinfo"
	revocationPath    = "/revoke"
	endSessionPath    = "/end_session"
	keysPath          = "/keys"
	signInPath        = "/sign-in"
	demoTokenPath     = "/demo-token"
)

func (p *provider) routes() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /.well-known/openid-configuration", p.discover)
	routes.HandleFunc("GET "+keysPath, p.keys)

	for _, method := range []string{http.MethodGet, http.MethodPost} {
		routes.HandleFunc(method+" "+authorizePath, p.authorize)
		routes.HandleFunc(method+" "+userinfoPath, p.userinfo)
		routes.HandleFunc(method+" "+endSessionPath, p.endSession)
	}

	routes.HandleFunc("GET "+signInPath, p.showSignIn)
	routes.HandleFunc("POST "+signInPath, p.signIn)
	routes.HandleFunc("GET "+callbackPath, p.callback)
	routes.HandleFunc("POST "+tokenPath, p.authenticated(p.token))
	routes.HandleFunc("POST "+introspectionPath, p.authenticated(p.introspect))
	routes.HandleFunc("POST "+revocationPath, p.authenticated(p.revoke))
	routes.HandleFunc("POST "+demoTokenPath, p.demoToken)

	return routes
}
