package session

import (
	"errors"
	"net/http"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

// BackchannelLogout is where the identity provider says that somebody signed out there:
// OpenID Connect Back-Channel Logout 1.0, section 2.5.
func (h *Handlers) BackchannelLogout(p *web.Page) error {
	p.Response().Header().Set("Cache-Control", "no-store")

	whose, err := h.Auth.BackchannelLogout(p.Request())
	if errors.Is(err, auth.ErrLogoutInvalid) {
		h.Logger.WarnContext(p.Ctx(), "a logout token was refused", "request_id", p.RequestID(), "error", err)

		if err := h.noteRefusal(p, audit.SignOut, ops.AsError(err).Message); err != nil {
			return err
		}

		return p.JSON(http.StatusBadRequest, logoutRefusal{Error: "invalid_request", Description: ops.AsError(err).Message})
	}

	for _, p.Who = range whose {
		_, recordErr := h.Audit.Record(p.Ctx(), p.Actor(), audit.Entry{
			Action: audit.SignOut, Outcome: audit.Done, Message: "Signed out by the identity provider",
		})
		err = errors.Join(err, recordErr)
	}

	if err != nil {
		return err
	}

	return p.NoContent(http.StatusOK)
}

// logoutRefusal is the answer that section 2.8 asks for.
type logoutRefusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}
