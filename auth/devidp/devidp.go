package devidp

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/op"
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

const maxForm = 64 << 10

// New makes the provider.
func New(cfg Config) (http.Handler, error) {
	issuer, err := url.Parse(cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("the issuer: %w", err)
	}

	if cfg.ClientID == "" || cfg.ClientSecret == "" || cfg.RedirectURI == "" || len(cfg.Accounts) == 0 || cfg.Logger == nil {
		return nil, errors.New("the demo's identity provider needs a client with an ID, a secret and a redirect URI, accounts and a logger")
	}

	memory, err := newStorage(cfg)
	if err != nil {
		return nil, err
	}

	config := &op.Config{
		CryptoKey:                newKey(),
		CodeMethodS256:           true,
		AuthMethodPost:           true,
		GrantTypeRefreshToken:    true,
		DefaultLogoutRedirectURI: cfg.PostLogoutURI,
		SupportedClaims:          append([]string{claimEmail, claimRoles}, op.DefaultSupportedClaims...),
	}

	provider, err := op.NewProvider(config, memory, op.StaticIssuer(cfg.Issuer),
		op.WithAllowInsecure(), // of http: it never leaves the machine
		op.WithCORSOptions(nil),
		op.WithLogger(cfg.Logger),
	)
	if err != nil {
		return nil, fmt.Errorf("the demo's identity provider: %w", err)
	}

	pages, err := newPages(cfg, memory, provider)
	if err != nil {
		return nil, fmt.Errorf("the demo's sign-in page: %w", err)
	}

	routes := http.NewServeMux()
	routes.HandleFunc("GET "+signInPath, pages.show)
	routes.HandleFunc("POST "+signInPath, pages.signIn)
	routes.HandleFunc("POST "+tokenPath, pages.token)
	routes.Handle("/", provider)

	path := strings.TrimSuffix(issuer.Path, "/")

	return guard(issuer.Host, http.StripPrefix(path, wellFormed(routes))), nil
}

// guard refuses whoever is not on this machine, or comes by way of somebody else: a
// proxy, another name for this host, or a form on a foreign page.
func guard(host string, next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection().Handler(next)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		forwarded := r.Header.Get("Forwarded") != "" || r.Header.Get("X-Forwarded-For") != ""

		if err != nil || !peer.Addr().Unmap().IsLoopback() || forwarded || r.Host != host {
			http.Error(w, "The identity provider of the demo speaks to this machine alone, as "+host+".", http.StatusForbidden)

			return
		}

		sameOrigin.ServeHTTP(w, r)
	})
}

// wellFormed answers what cannot be parsed, on which the provider would panic.
func wellFormed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)

		err := r.ParseForm()
		if id, secret, ok := r.BasicAuth(); ok {
			_, idErr := url.QueryUnescape(id)
			_, secretErr := url.QueryUnescape(secret)
			err = errors.Join(err, idErr, secretErr)
		}

		if err != nil {
			refuse(w, "invalid_request", "the request cannot be parsed")

			return
		}

		next.ServeHTTP(w, r)
	})
}
