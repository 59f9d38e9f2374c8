package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// StepUpError refuses an act that needs a newer sign-in; nothing was done. Until somebody says what
// it means, it is an error that no form knows.
type StepUpError struct{ MaxAge time.Duration }

func (e *StepUpError) Error() string {
	return "it needs a sign-in that is not older than " + humantime.Span(e.MaxAge)
}

// StepUpCookie has the next sign-in bound how old it may be.
const StepUpCookie = "step_up"

const stepUpFor = 10 * time.Minute

// MarkStepUp sets the cookie, or takes it away.
func (p *Page) MarkStepUp(wanted bool) {
	seconds := -1
	if wanted {
		seconds = int(stepUpFor / time.Second)
	}

	p.Keep(StepUpCookie, "1", seconds)
}

// askToStepUp answers with what is wanted: RFC 9470, section 3, or the way to sign in, from which it
// leads back to what was typed.
func (x *Errors) askToStepUp(p *Page, wanted *StepUpError) error {
	seconds := int(wanted.MaxAge / time.Second)
	e := &ops.Error{
		Code:    ops.CodeUnauthorized,
		Message: "This needs a more recent sign-in. Sign in again, then continue: nothing has been changed yet",
		Details: map[string]any{"error": insufficient, "max_age": seconds},
	}

	p.Response().Header().Set(echo.HeaderWWWAuthenticate, fmt.Sprintf(
		`%s, error="%s", error_description="A more recent sign-in is needed", max_age="%d"`, x.Challenge, insufficient, seconds))

	if p.WantsJSON() {
		return p.JSON(http.StatusUnauthorized, p.Envelope(e))
	}

	p.MarkStepUp(true)

	if p.fromScript() {
		p.Response().Header().Set("HX-Redirect", SignInPath(p.backPath()))

		return p.NoContent(http.StatusUnauthorized)
	}

	return p.Draw(http.StatusUnauthorized, x.SignIn(p, p.backPath(), e.Message))
}

// insufficient is the error code of RFC 9470.
const insufficient = "insufficient_user_authentication"
