package auth_test

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAPlantedSessionIsNotAdopted(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	victim, attacker := c.browser(t), c.browser(t)

	for name, planted := range map[string]string{
		"invented":  strings.Repeat("A", 43),
		"malformed": "x",
		"empty":     "",
		"hash":      hex.EncodeToString(make([]byte, 32)),
	} {
		victim.setCookie("opsconsole", planted)

		if got := victim.get("/"); got.Kind != "session ended" {
			t.Errorf("%s: %+v, want session ended", name, got)
		}
	}

	planted := strings.Repeat("A", 43)
	victim.setCookie("opsconsole", planted)
	victim.signIn("dave")

	if victim.cookies()["opsconsole"] == planted {
		t.Error("the planted cookie was kept at sign-in")
	}

	attacker.setCookie("opsconsole", planted)
	expectKind(t, attacker.get("/"), http.StatusUnauthorized, "session ended")

	// A session of the attacker's own, planted, does not become the victim's.
	attacker.signIn("alice")
	own := attacker.cookies()["opsconsole"]
	victim.setCookie("opsconsole", own)
	victim.signIn("dave")
	attacker.setCookie("opsconsole", own)

	if got := attacker.get("/"); got.Kind != "session ended" {
		t.Errorf("the attacker is %+v, want session ended", got)
	}
}

func TestASessionEndsByTheClock(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)
		c := newConsole(t, db, idp.use)

		t.Run("idle", func(t *testing.T) { //nolint:paralleltest // they share the clock
			b := c.browser(t)
			b.get("/begin")

			for range 3 {
				idp.clock.Advance(59 * time.Minute)

				if got := b.get("/"); got.Identity.Username != "dave" {
					t.Fatalf("in use: %+v, want dave", got)
				}
			}

			idp.clock.Advance(time.Hour)
			expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")

			if n := count(t, db, "opsconsole_sessions"); n != 0 {
				t.Errorf("%d rows are left, want none", n)
			}
		})

		t.Run("absolute", func(t *testing.T) { //nolint:paralleltest // they share the clock
			b := c.browser(t)
			b.get("/begin")

			signedIn := b.get("/").Identity
			if life := signedIn.ExpiresAt.Sub(signedIn.SignedInAt); life != 12*time.Hour {
				t.Errorf("it lives for %s, want 12h", life)
			}

			for range 23 {
				idp.clock.Advance(30 * time.Minute)

				if got := b.get("/"); got.Identity.Username != "dave" {
					t.Fatalf("in use: %+v, want dave", got)
				}
			}

			idp.clock.Advance(30 * time.Minute)
			expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")
		})

		t.Run("watching is not using", func(t *testing.T) { //nolint:paralleltest // they share the clock
			b := c.browser(t)
			b.get("/begin")

			for range 5 {
				idp.clock.Advance(11 * time.Minute)

				if got := b.get("/recheck"); got.Identity.Username != "dave" {
					t.Fatalf("watching: %+v, want dave", got)
				}
			}

			idp.clock.Advance(5 * time.Minute)
			expectKind(t, b.get("/recheck"), http.StatusUnauthorized, "session ended")
		})

		t.Run("purge", func(t *testing.T) { //nolint:paralleltest // they share the clock
			c.browser(t).get("/begin")
			idp.clock.Advance(30 * time.Minute)
			c.browser(t).get("/begin")
			idp.clock.Advance(30 * time.Minute)

			if err := c.auth.Purge(t.Context()); err != nil {
				t.Fatal(err)
			}

			if sessions, used := count(t, db, "opsconsole_sessions"), count(t, db, "opsconsole_sign_ins"); sessions != 1 || used != 0 {
				t.Errorf("%d sessions and %d used attempts are left, want 1 and 0", sessions, used)
			}
		})
	})
}

func TestASessionIsMarkedOnceAMinute(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)
	began := b.signIn("dave").SignedInAt

	seen := func() time.Duration {
		b.get("/")

		sessions, _, err := c.auth.Sessions(t.Context())
		if err != nil || len(sessions) != 1 {
			t.Fatalf("%d sessions, %v, want 1", len(sessions), err)
		}

		return sessions[0].LastSeenAt.Sub(began).Round(time.Second)
	}

	for _, step := range []struct{ advance, want time.Duration }{
		{0, 0},
		{59 * time.Second, 0},
		{time.Second, time.Minute},
		{30 * time.Second, time.Minute},
		{30 * time.Second, 2 * time.Minute},
	} {
		c.clock.Advance(step.advance)

		if got := seen(); got != step.want {
			t.Errorf("seen after %s, want %s", got, step.want)
		}
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		c := newConsole(t, db)
		dave, carol := c.browser(t), c.browser(t)
		dave.signIn("dave")
		c.clock.Advance(time.Second)

		carols := carol.signIn("carol")

		sessions, _, err := c.auth.Sessions(t.Context())
		if err != nil || len(sessions) != 2 || !sessions[0].IsOf(carols) || sessions[0].Role != ops.RoleAdmin ||
			sessions[1].Username != "dave" || sessions[1].Role != ops.RoleOps {
			t.Fatalf("sessions %+v, %v, want carol's as admin, then dave's as ops", sessions, err)
		}

		one := sessions[0]
		if one.ID == "" || one.ID == carols.SessionID || one.Address != "127.0.0.1" || one.UserAgent != "Go-http-client/1.1" {
			t.Errorf("got %+v, want a name that is not the cookie's hash, and from where and with what", one)
		}

		for _, find := range []func() ([]auth.Session, error){
			func() ([]auth.Session, error) { return c.auth.SessionsOf(t.Context(), "carol") },
			func() ([]auth.Session, error) {
				found, err := c.auth.Session(t.Context(), one.ID)

				return []auth.Session{found}, err
			},
		} {
			if found, err := find(); err != nil || len(found) != 1 || found[0] != one {
				t.Errorf("got %+v, %v, want %+v", found, err, one)
			}
		}

		if err := errors.Join(c.auth.EndSessions(t.Context(), one), c.auth.EndSessions(t.Context(), one)); err != nil {
			t.Fatal(err)
		}

		if _, err := c.auth.Session(t.Context(), one.ID); ops.AsError(err).Code != ops.CodeNotFound {
			t.Errorf("got %v, want that it is not there", err)
		}

		if _, err := c.auth.SessionsOf(t.Context(), "carol"); ops.AsError(err).Code != ops.CodeNotFound {
			t.Errorf("got %v, want that there are none", err)
		}

		expectKind(t, carol.get("/"), http.StatusUnauthorized, "session ended")

		if got := dave.get("/"); got.Identity.Username != "dave" {
			t.Errorf("another session ended too: %+v", got)
		}
	})
}

func TestUsersAreRemembered(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)
		c := newConsole(t, db, idp.use)

		if _, err := c.auth.User(t.Context(), "dave"); ops.AsError(err).Code != ops.CodeNotFound {
			t.Errorf("before: %v, want RESOURCE_NOT_FOUND", err)
		}

		c.browser(t).get("/begin")
		idp.clock.Advance(48 * time.Hour)

		if err := c.auth.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}

		user, err := c.auth.User(t.Context(), "dave")
		if err != nil || user.Role != ops.RoleOps || user.Email != "dave@graph-olap.example.com" {
			t.Errorf("after: %+v, %v, want dave of Ops with his address", user, err)
		}

		idp.set(func() { idp.idToken = func(c claims) { c[auth.DefaultRolesClaim] = []string{"analyst"} } })
		c.browser(t).get("/begin")

		user, err = c.auth.User(t.Context(), "dave")
		if err != nil || user.Role != ops.RoleAnalyst || !user.LastSeenAt.Equal(idp.clock.Now().UTC().Truncate(time.Microsecond)) {
			t.Errorf("with another role: %+v, %v, want an analyst seen just now", user, err)
		}
	})
}
