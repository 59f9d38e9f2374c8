package auth

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Via is how somebody proved who they are.
type Via string

// The two ways.
const (
	ViaSession Via = "session"
	ViaBearer  Via = "bearer"
)

// Identity is who is asking.
type Identity struct {
	// Issuer is the provider, and Subject its own, unchanging name of the user.
	Issuer   string
	Subject  string
	Username string
	Email    string
	Name     string

	// Roles are as the provider sent them, Role the strongest that the platform
	// knows among them, "" for none.
	Roles []string
	Role  ops.Role

	// Token is the user's access token, "" when a session has none that is valid.
	Token string
	// SessionID names the session within this program; it opens nothing, but others can do without it. It
	// is "" for a bearer token.
	SessionID string

	SignedInAt time.Time
	// AuthTime is when the provider last asked who it is: OpenID Connect Core 1.0, section 2,
	// auth_time. It is zero where the provider does not say.
	AuthTime time.Time
	// ExpiresAt is when the session ends at the latest, or the bearer token does.
	ExpiresAt time.Time
	Via       Via
}

// IsOps reports whether the identity holds the configured Ops role; admin is not enough.
func (i Identity) IsOps() bool { return i.Role == ops.RoleOps }

// Caller is the identity as the control plane sees it.
func (i Identity) Caller() ops.Caller {
	return ops.Caller{Username: i.Username, Email: i.Email, Role: i.Role, Token: i.Token}
}

// LogValue keeps the token out of logs.
func (i Identity) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("username", i.Username), slog.String("role", string(i.Role)), slog.String("via", string(i.Via)),
	)
}

// Identify tells who sent the request: by its bearer token if it has one, else by
// its session, which counts as used. The kinds of its errors are [ErrNoCredential],
// [ErrSessionEnded], [ErrConfirm], [ErrBearerInvalid] and [ErrUnreachable]; anything else is a
// failure of the database.
func (a *Auth) Identify(r *http.Request) (Identity, error) {
	identity, seen, err := a.recognise(r, true)
	if err != nil {
		return Identity{}, err
	}

	if now := a.now(); now.Sub(seen).Abs() >= a.noteEvery {
		a.noteUse(r, identity, seen, now)
	}

	return identity, nil
}

// noteUse writes down that somebody is here, by one of the requests that come together, as soon as
// the database can be written.
func (a *Auth) noteUse(r *http.Request, who Identity, seen, now time.Time) {
	ctx := r.Context()

	if !a.sessions.remembered.use(who.SessionID, seen, now) || a.sessions.inTrouble() != nil {
		return
	}

	if err := a.sessions.saw(ctx, who, a.originOf(r), now); err != nil {
		a.log.WarnContext(ctx, "it could not be recorded that a user was seen", slog.Any("identity", who), slog.Any("error", err))
	}
}

// Recheck is [Auth.Identify] for a stream that has been open for a while: its
// session does not count as used, so that an open tab outlives no idle timeout.
func (a *Auth) Recheck(r *http.Request) (Identity, error) {
	identity, _, err := a.recognise(r, false)

	return identity, err
}

// recognise tells who sent the request and when they were last noted as seen. With
// mayConfirm its error may be an [ErrConfirm], if it loads a page.
func (a *Auth) recognise(r *http.Request, mayConfirm bool) (identity Identity, seen time.Time, err error) {
	ctx := r.Context()

	if token, presented := bearerToken(r); presented {
		if identity, err = a.identifyBearer(ctx, token); err != nil {
			return Identity{}, time.Time{}, err
		}

		user, err := a.userSeen(ctx, identity.Username)

		switch {
		case store.TroubleOf(err) != nil: // The token says who it is; what it is for finds out what can be had.
			return identity, a.now(), nil //nolint:nilerr // as said
		case err != nil && ops.AsError(err).Code != ops.CodeNotFound:
			return Identity{}, time.Time{}, err
		}

		return identity, user.LastSeenAt, nil
	}

	s, there, err := a.sessions.opened(r, a.sessions.cookieName)
	if err != nil {
		if who, known := a.fromMemory(r, err); known {
			return who, a.now(), nil
		}

		return Identity{}, time.Time{}, err
	}

	if !there {
		return Identity{}, time.Time{}, fail(ErrNoCredential, "Sign in to continue", nil)
	}

	if s, err = a.renewed(ctx, s); err == nil {
		err = a.confirmation(r, &s, mayConfirm)
	}

	if err != nil {
		return Identity{}, time.Time{}, err
	}

	return a.identityOf(&s), s.lastSeenAt, nil
}

// identityOf returns who the session is of, and remembers its token.
func (a *Auth) identityOf(s *session) Identity {
	identity := s.who
	identity.Issuer = a.profiler.issuer
	identity.Token = s.tokens.accessAt(a.now())
	identity.SessionID = s.id
	identity.SignedInAt = s.createdAt
	identity.AuthTime = s.tokens.AuthTime
	identity.ExpiresAt = s.expiresAt
	identity.Via = ViaSession

	until := s.tokens.ExpiresAt
	if until.IsZero() {
		until = s.expiresAt
	}

	a.latest.remember(identity, until)

	unused := s.lastSeenAt.Add(a.sessions.idle)
	if s.tokens.Refresh == "" {
		unused = earliest(unused, until)
	}

	a.sessions.remembered.keep(rememberedSession{who: identity, until: earliest(s.expiresAt, unused), tokenUntil: until, sid: s.sid})

	return identity
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}

	return a
}
