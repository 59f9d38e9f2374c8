// Package protected says which bearer tokens a listener takes: the metadata of a protected resource, RFC 9728, and the
// challenge that leads there.
package protected

import (
	"fmt"
	"net/url"
	"strings"
)

// MetadataPath is where programs read it: RFC 9728, section 3.1.
const MetadataPath = "/.well-known/oauth-protected-resource"

// Metadata is what they read: RFC 9728, section 2.
type Metadata struct {
	Resource string   `json:"resource"`
	Servers  []string `json:"authorization_servers"`
	Methods  []string `json:"bearer_methods_supported"`
	Name     string   `json:"resource_name"`
	// Audiences is a member of our own: one of them has to be the audience of a token.
	Audiences []string `json:"audiences"`
}

// Describe is the metadata of what is reached at the address, for tokens of the issuer.
func Describe(address *url.URL, name, issuer string, audiences []string) Metadata {
	return Metadata{
		Resource: address.String(), Servers: []string{issuer}, Methods: []string{"header"}, Name: name, Audiences: audiences,
	}
}

// Challenge is what a 401 says of the token that is wanted: RFC 6750, section 3, and RFC 9728, section 5.1.
func Challenge(address *url.URL, audiences []string) string {
	return fmt.Sprintf("Bearer resource_metadata=%q, audience=%q", address.JoinPath(MetadataPath), strings.Join(audiences, " "))
}
