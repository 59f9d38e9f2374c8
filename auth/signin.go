package auth

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Start sends the browser to the identity provider; returnTo, if it is a
// [LocalPath], is where it comes back to in the end. On an [ErrUnreachable]
// nothing was written yet.
func (a *Auth) Start(w http.ResponseWriter, r *http.Request, returnTo string) error {
	return a.start(w, r, attempt{returnTo: returnTo}, func(*endpoints) string { return "" })
}

// StartFresh is [Auth.Start], but has the provider ask who it is unless it did within
// [Config.StepUpMaxAge]: OpenID Connect Core 1.0, section 3.1.2.1, max_age.
func (a *Auth) StartFresh(w http.ResponseWriter, r *http.Request, returnTo string) error {
	return a.start(w, r, attempt{returnTo: returnTo, maxAge: a.maxAge}, func(*endpoints) string { return "" })
}

// StartAsAnother is [Auth.Start], but has the provider ask who it is, also somebody whom it knows.
func (a *Auth) StartAsAnother(w http.ResponseWriter, r *http.Request, returnTo string) error {
	return a.start(w, r, attempt{returnTo: returnTo}, func(idp *endpoints) string {
		const choose, login = "select_account", "login"
		if slices.Contains(idp.Prompts, login) && !slices.Contains(idp.Prompts, choose) {
			return login
		}

		return choose
	})
}

func (a *Auth) start(w http.ResponseWriter, r *http.Request, asked attempt, prompt func(*endpoints) string) error {
	// Nobody is sent to the provider who could not come in afterwards.
	if err := a.sessions.inTrouble(); err != nil {
		return err
	}

	idp, err := a.provider.get(r.Context())
	if err != nil {
		return err
	}

	keys, err := a.attempts.begin(w, r, asked)
	if err != nil {
		return err
	}

	options := []oauth2.AuthCodeOption{oidc.Nonce(keys.nonce), oauth2.S256ChallengeOption(keys.verifier)}
	if how := prompt(idp); how != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", how))
	}

	if asked.maxAge != 0 {
		options = append(options, oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(asked.maxAge/time.Second))))
	}

	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, idp.signInURL(keys.state, options...), http.StatusSeeOther)

	return nil
}

// Callback completes what [Auth.Start] began, when the provider sends the browser
// back: it sets the cookie of a new session and returns whose it is, and the path
// to go on to. Whoever signs in gets a session, with whatever role, if admit, which is
// told who it is before there is one, has nothing against it; its error is passed on.
//
// What [Auth.Confirm] began is completed too, for the session that there is: then admit is
// not asked, and an [ErrSessionEnded] says that the provider did not confirm it.
//
// The other kinds of its errors are [ErrDenied], [ErrAttemptExpired],
// [ErrAttemptReplayed], [ErrAttemptForeign], [ErrUnreachable], [ErrRefused] and
// [ErrTokenInvalid]; the path is good for another attempt then.
func (a *Auth) Callback(
	w http.ResponseWriter, r *http.Request, admit func(Identity) error,
) (returnTo string, identity Identity, err error) {
	ctx := r.Context()
	query := r.URL.Query()

	w.Header().Set("Cache-Control", "no-store")

	taken, keys, err := a.attempts.take(w, r, query.Get("state"))

	returnTo = LocalPath(taken.returnTo)
	if err != nil {
		return returnTo, Identity{}, err
	}

	if taken.silent {
		identity, err = a.confirmed(r, keys)

		return returnTo, identity, err
	}

	idp, err := a.provider.get(ctx)
	if err != nil {
		return returnTo, Identity{}, err
	}

	code, err := idp.answer(query)
	if err != nil {
		return returnTo, Identity{}, err
	}

	given, err := a.redeem(ctx, idp, code, keys)
	if err != nil {
		return returnTo, Identity{}, err
	}

	// What the cookie held, if it held anything, is replaced.
	opened, _ := a.sessions.New(r, a.sessions.cookieName)
	opened.Values[sessionKey{}] = session{who: given.who, tokens: given.tokens, sid: given.sid, origin: a.originOf(r)}

	if err := admit(given.who); err != nil {
		return returnTo, Identity{}, err
	}

	if err := opened.Save(r, w); err != nil {
		return returnTo, Identity{}, err
	}

	made := sessionIn(opened)
	identity = a.identityOf(&made)
	a.vouched(ctx, identity, true)
	a.log.InfoContext(ctx, "signed in", slog.Any("identity", identity))

	if err := a.Purge(ctx); err != nil {
		a.log.WarnContext(ctx, "old sign-ins could not be purged", slog.Any("error", err))
	}

	return returnTo, identity, nil
}

// answer returns the code that the provider sent with the browser.
func (e *endpoints) answer(query url.Values) (code string, err error) {
	// RFC 9207, section 2.4: an answer that names another issuer was meant for another attempt,
	// and so may one that names none where the provider promised to.
	if issuer := query.Get("iss"); issuer != e.issuer && (issuer != "" || e.SendsIssuer) {
		e.doubted.Store(true)

		return "", badToken(fmt.Errorf("the answer is from %q", issuer))
	}

	if refusal := query.Get("error"); refusal != "" {
		return "", e.refused(oauthCode(refusal), fmt.Errorf("%q: %q", refusal, query.Get("error_description")))
	}

	return query.Get("code"), nil
}

// oauthCode returns an error code that came by way of the browser if it looks like one.
func oauthCode(code string) string {
	const longest = 64

	letters := func(r rune) bool { return (r >= 'a' && r <= 'z') || r == '_' }
	if len(code) > longest || strings.ContainsFunc(code, func(r rune) bool { return !letters(r) }) {
		return "an unknown error"
	}

	return code
}
