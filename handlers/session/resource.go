package session

import (
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/protected"
)

// Resource says who issues the tokens that this console takes, and for whom they have to be.
func (h *Handlers) Resource(p *web.Page) error {
	issuer, audiences := h.Auth.Bearer()

	return p.JSON(http.StatusOK, protected.Describe(h.PublicURL, "Ops Console", issuer, audiences))
}

// Challenge is what a 401 says of the token that is wanted.
func (h *Handlers) Challenge() string {
	_, audiences := h.Auth.Bearer()

	return protected.Challenge(h.PublicURL, audiences)
}
