package opsapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

// MetadataPath is where programs read which bearer tokens this API takes: RFC 9728, section 3.1.
const MetadataPath = "/.well-known/oauth-protected-resource"

// protected is the metadata of a protected resource: RFC 9728, section 2.
type protected struct {
	Resource string   `json:"resource"`
	Servers  []string `json:"authorization_servers"`
	Methods  []string `json:"bearer_methods_supported"`
	Name     string   `json:"resource_name"`
	// Audiences is a member of our own: one of them has to be the audience of a token.
	Audiences []string `json:"audiences"`
}

// resource says who issues the bearer tokens that are taken, and for whom they have to be; where none are, there
// is nothing to say.
func (s *server) resource(c echo.Context) error {
	if s.who.Bearer == nil {
		return ops.NotFound("Path", c.Request().URL.Path)
	}

	issuer, audiences := s.who.Bearer.Wanted()

	return writeJSON(c, http.StatusOK, protected{
		Resource: s.address(c.Request()).String(), Servers: []string{issuer}, Methods: []string{"header"}, Name: "Control plane",
		Audiences: audiences,
	})
}

// challenge is what a 401 says of the token that is wanted: RFC 6750, section 3, and RFC 9728, section 5.1.
func (s *server) challenge(r *http.Request) string {
	if s.who.Bearer == nil {
		return "Bearer"
	}

	_, audiences := s.who.Bearer.Wanted()
	said := fmt.Sprintf("Bearer resource_metadata=%q, audience=%q",
		s.address(r).JoinPath(MetadataPath), strings.Join(audiences, " "))

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
