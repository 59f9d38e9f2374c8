package opsapi

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/protected"
	"github.com/graph-olap/opsconsole/ops"
)

// resource says who issues the bearer tokens that are taken, and for whom they have to be; where none are, there
// is nothing to say.
func (s *server) resource(c echo.Context) error {
	if s.who.Bearer == nil {
		return ops.NotFound("Path", c.Request().URL.Path)
	}

	issuer, audiences := s.who.Bearer.Wanted()

	return writeJSON(c, http.StatusOK, protected.Describe(s.address(c.Request()), "Control plane", issuer, audiences))
}

// challenge is what a 401 says of the token that is wanted, and that the one that came is none.
func (s *server) challenge(r *http.Request) string {
	if s.who.Bearer == nil {
		return "Bearer"
	}

	_, audiences := s.who.Bearer.Wanted()
	said := protected.Challenge(s.address(r), audiences)

	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") && token != "" {
		said += `, error="invalid_token"`
	}

	return said
}

// address is where programs reach the API: as it is configured, else where this one did.
func (s *server) address(r *http.Request) *url.URL {
	if s.publicURL != nil {
		return s.publicURL
	}

	return &url.URL{Scheme: "http", Host: r.Host}
}
