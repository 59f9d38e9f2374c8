package devidp

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
)

const maxForm = 64 << 10

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

// wellFormed answers what cannot be parsed. Behind it the form is there, and not long.
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

// authenticated lets the client alone through, by HTTP Basic or by its form (RFC 6749, section 2.3.1).
func (p *provider) authenticated(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")

		if user, password, ok := r.BasicAuth(); ok { // They are form-encoded, and can be read: see wellFormed.
			id, _ = url.QueryUnescape(user)
			secret, _ = url.QueryUnescape(password)
		}

		if id != p.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(p.ClientSecret)) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="the demo's identity provider"`)
			answer(w, http.StatusUnauthorized, tokenAnswer{Error: "invalid_client", Description: "unknown client or wrong secret"})

			return
		}

		next(w, r)
	}
}
