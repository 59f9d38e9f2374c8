package health

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Starburst says where Starburst, or Trino, answers.
type Starburst struct {
	// URL is http or https, without a user in it. A password goes over https alone.
	URL string
	// User is named in every request; with a password it is proved.
	User     string
	Password string
	// Roots are whose certificates are trusted; those of the system when it is nil.
	Roots *x509.CertPool
}

const starburstURL = "--starburst-url"

func starburstProbe(cfg Starburst) (probe, error) {
	if cfg.URL == "" {
		return func(context.Context) error { return errNotConfigured }, nil
	}

	base, err := url.Parse(cfg.URL)

	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New(starburstURL + " must begin with http:// or https://")
	case base.User != nil:
		return nil, errors.New(starburstURL + " must hold no user: use --starburst-user and --starburst-password")
	case cfg.Password != "" && base.Scheme != "https":
		return nil, errors.New("--starburst-password is sent over https alone: change " + starburstURL)
	}

	header := http.Header{"Accept": {"application/json"}}
	if cfg.User != "" {
		header.Set("X-Trino-User", cfg.User)
	}

	client := &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: NoRedirects,
	}
	if cfg.Password != "" {
		client.Transport = basicAuth{client.Transport, cfg.User, cfg.Password}
	}

	return func(ctx context.Context) error {
		got, err := get(ctx, client, base.JoinPath("/v1/info"), header, "Starburst", starburstURL)
		if err != nil {
			return err
		}

		return starburstFinding(got)
	}, nil
}

func starburstFinding(got answer) error {
	switch {
	case got.status == http.StatusUnauthorized, got.status == http.StatusForbidden:
		return unreachable(nil, "Starburst answers %d: check --starburst-user and --starburst-password", got.status)
	case got.status >= http.StatusMultipleChoices && got.status < http.StatusBadRequest:
		return unreachable(nil, "Starburst answers with a redirect (%d): check %s", got.status, starburstURL)
	case got.status != http.StatusOK:
		return unreachable(nil, "Starburst answers %d", got.status)
	}

	var info struct {
		Starting *bool `json:"starting"`
	}
	if err := json.Unmarshal(got.body, &info); err != nil || info.Starting == nil {
		return unreachable(err, "what answers is not Starburst or Trino: check %s", starburstURL)
	}

	if *info.Starting {
		return &finding{status: ops.ComponentSlow, words: "Starburst is still starting and takes no queries yet"}
	}

	return nil
}

// basicAuth adds user and password to every request.
type basicAuth struct {
	next           http.RoundTripper
	user, password string
}

// RoundTrip implements [http.RoundTripper].
func (b basicAuth) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.SetBasicAuth(b.user, b.password)

	return b.next.RoundTrip(r)
}
