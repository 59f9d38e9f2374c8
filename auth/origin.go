package auth

import (
	"net/http"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// origin is where a request comes from, and with what it was made, as its client says.
type origin struct{ address, userAgent string }

// userAgentMost is what is kept of a User-Agent, in characters: those of browsers have some 120.
const userAgentMost = 300

func (a *Auth) originOf(r *http.Request) origin {
	agent := strings.ReplaceAll(strings.ToValidUTF8(r.UserAgent(), "\uFFFD"), "\x00", "\uFFFD")

	return origin{address: a.address(r), userAgent: ops.Shorten(agent, userAgentMost)}
}
