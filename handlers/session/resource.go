package session

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/graph-olap/opsconsole/handlers/web"
)

// MetadataPath is where programs read what tokens this console takes: RFC 9728, section 3.1.
const MetadataPath = "/.well-known/oauth-protected-resource"

// resource is the metadata of a protected resource: RFC 9728, section 2.
type resource struct {
	Resource string   `json:"resource"`
	Servers  []string `json:"authorization_servers"`
	Methods  []string `json:"bearer_methods_supported"`
	Name     string   `json:"resource_name"`
	// Audiences is a member of our own: one of them has to be the audience of a token.
	Audiences []string `json:"audiences"`
}

// Resource says who issues the tokens that this console takes, and for whom they have to be.
func (h *Handlers) Resource(p *web.Page) error {
	issuer, audiences := h.Auth.Bearer()

	return p.JSON(http.StatusOK, resource{
		Resource: h.PublicURL.String(), Servers: []string{issuer}, Methods: []string{"header"}, Name: "Ops Console",
		Audiences: audiences,
	})
}

// Challenge is what a 401 says of the token that is wanted: RFC 6750, section 3, and RFC 9728, section 5.1.
func (h *Handlers) Challenge() string {
	_, audiences := h.Auth.Bearer()

	return fmt.Sprintf("Bearer resource_metadata=%q, audience=%q", h.PublicURL.JoinPath(MetadataPath), strings.Join(audiences, " "))
}
