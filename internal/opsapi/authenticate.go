package opsapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// Authenticator tells who sends a request by the first of these that it bears: a
// bearer token, identity headers, the internal key. What is borne and wrong is
// refused and not passed over for the next.
type Authenticator struct {
	// Bearer verifies tokens; nil means that none are accepted.
	Bearer Verifier
	// HeaderNetworks are those from which X-Username and X-User-Role are believed,
	// by the address of the connection; none means nowhere. From elsewhere the
	// headers are no credential.
	HeaderNetworks []netip.Prefix
	// DirectHeaders believes them only of requests that were sent straight to a loopback
	// address: neither through a proxy on this machine nor by a page in its browser that
	// made its own name lead here.
	DirectHeaders bool
	// InternalKey is the X-Internal-Api-Key that acts as InternalCaller; "" means none.
	InternalKey string
	// InternalCaller is the user internal with the role ops unless it is named.
	InternalCaller ops.Caller
}

// Verifier turns a bearer token into whom it speaks for. A token that does not hold
// is an UNAUTHORIZED, MISSING_ROLE or INVALID_ROLE.
type Verifier interface {
	Verify(ctx context.Context, token string) (ops.Caller, error)
	// Wanted returns who issues the tokens that hold, and the audiences of which they have one.
	Wanted() (issuer string, audiences []string)
}

// Caller returns who sends the request. It has a name and a role of the contract.
func (a Authenticator) Caller(r *http.Request) (ops.Caller, error) {
	switch {
	case r.Header.Values("Authorization") != nil:
		return a.bearer(r)
	case a.believes(r) && (r.Header.Values(ops.HeaderUsername) != nil || r.Header.Values(ops.HeaderUserRole) != nil):
		return named(r.Header)
	case r.Header.Values(ops.HeaderInternalAPIKey) != nil:
		return a.internal(r.Header)
	case r.Header.Values(ops.HeaderUsername) != nil:
		return ops.Caller{}, unauthorized("Authentication required: identity headers are not trusted " +
			"from this address, or not through the proxies they came through")
	default:
		return ops.Caller{}, unauthorized("Authentication required")
	}
}

func (a Authenticator) bearer(r *http.Request) (ops.Caller, error) {
	header, once := single(r.Header, "Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)

	switch {
	case !once || !strings.EqualFold(scheme, "Bearer") || token == "":
		return ops.Caller{}, unauthorized("The Authorization header must hold one bearer token")
	case a.Bearer == nil:
		return ops.Caller{}, unauthorized("Bearer tokens are not accepted here: no issuer is configured")
	}

	caller, err := a.Bearer.Verify(r.Context(), token)
	caller.Token = token

	return caller, err
}

// believes reports whether the connection comes from a network whose headers count.
// Only the connection itself is asked: a forwarding header is as easily made up.
func (a Authenticator) believes(r *http.Request) bool {
	if a.DirectHeaders && !direct(r) {
		return false
	}

	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}

	address := peer.Addr().Unmap().WithZone("")
	for _, network := range a.HeaderNetworks {
		if network.Contains(address) {
			return true
		}
	}

	return false
}

// direct reports whether the request names a loopback address, and nobody who forwarded it.
func direct(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"} {
		if r.Header.Values(name) != nil {
			return false
		}
	}

	host := (&url.URL{Host: r.Host}).Hostname()
	address, err := netip.ParseAddr(host)

	return err == nil && address.IsLoopback() || strings.EqualFold(host, "localhost")
}

func named(header http.Header) (ops.Caller, error) {
	name, once := single(header, ops.HeaderUsername)
	name = strings.TrimSpace(name)

	if name == "" || !once {
		return ops.Caller{}, unauthorized("The header X-Username must be given once and name a user")
	}

	text, once := single(header, ops.HeaderUserRole)

	switch role, known := ops.ParseRole(text); {
	case role == "":
		return ops.Caller{}, &ops.Error{Code: ops.CodeMissingRole, Message: "The header X-User-Role is missing"}
	case !known || !once:
		return ops.Caller{}, invalidRole()
	default:
		return ops.Caller{Username: name, Role: role}, nil
	}
}

func (a Authenticator) internal(header http.Header) (ops.Caller, error) {
	key, once := single(header, ops.HeaderInternalAPIKey)

	// Hashes have one length, so that comparing tells nothing of the key's.
	got, want := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(a.InternalKey))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || a.InternalKey == "" || !once {
		return ops.Caller{}, unauthorized("The internal API key is wrong")
	}

	if a.InternalCaller.Username == "" {
		return ops.Caller{Username: "internal", Role: ops.RoleOps}, nil
	}

	return a.InternalCaller, nil
}

// single returns the header's value and whether it is the only one: of two, a
// gateway and what stands behind it may each believe another.
func single(header http.Header, name string) (value string, once bool) {
	return header.Get(name), len(header.Values(name)) == 1
}

func unauthorized(message string) *ops.Error {
	return &ops.Error{Code: ops.CodeUnauthorized, Message: message}
}

func invalidRole() *ops.Error {
	return &ops.Error{Code: ops.CodeInvalidRole, Message: "The role must be analyst, admin or ops"}
}
