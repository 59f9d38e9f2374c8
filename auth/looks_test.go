package auth_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestARequestTakesNoStatementForASecond(t *testing.T) {
	t.Parallel()

	c := newConsole(t, sqlite(t))
	b := c.browser(t)
	b.signIn("dave")
	b.get("/")

	if err := c.db.Close(); err != nil {
		t.Fatal(err)
	}

	c.clock.Advance(lookLasts - time.Millisecond)

	if got := b.get("/"); !got.Identity.IsOps() {
		t.Errorf("within a second: got %+v, want dave without a look", got)
	}

	c.clock.Advance(time.Millisecond)

	if got := b.get("/"); got.Status != http.StatusInternalServerError {
		t.Errorf("after a second: got %+v, want a look that fails", got)
	}
}

// TestAnEndIsKnownInTime ends sessions in each way, in one of two replicas that both have just
// looked at them.
func TestAnEndIsKnownInTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		for name, end := range map[string]func(here *console, b *browser, idp *fakeIDP){
			"signed out": func(_ *console, b *browser, _ *fakeIDP) { b.page(http.MethodPost, "/logout", nil) },
			"ended by its id": func(here *console, b *browser, _ *fakeIDP) {
				if err := here.endSession(b.t.Context(), b.get("/").Identity.SessionID); err != nil {
					b.t.Fatal(err)
				}
			},
			"ended by the provider": func(_ *console, b *browser, idp *fakeIDP) {
				b.logout(idp.jwtOf(b.t, "logout+jwt", idp.logoutClaims(claims{"jti": b.cookies()["opsconsole"]})))
			},
			"signed in again": func(_ *console, b *browser, _ *fakeIDP) { b.get("/begin") },
		} {
			idp := newFakeIDP(t)
			here, there := newConsole(t, db, idp.use), newConsole(t, db, idp.use)
			b, copied, elsewhere := here.browser(t), here.browser(t), there.browser(t)

			b.get("/begin")

			for _, other := range []*browser{copied, elsewhere} {
				other.setCookie("opsconsole", b.cookies()["opsconsole"])

				if got := other.get("/"); !got.Identity.IsOps() {
					t.Fatalf("%s: got %+v, want dave", name, got)
				}
			}

			end(here, b, idp)

			if got := copied.get("/"); got.Kind != "session ended" {
				t.Errorf("%s: here: got %+v, want it over at once", name, got)
			}

			idp.clock.Advance(lookLasts)

			if got := elsewhere.get("/"); got.Kind != "session ended" {
				t.Errorf("%s: elsewhere: got %+v, want it over within a second", name, got)
			}
		}
	})
}

func TestWhatARecordSaysIsJudgedAtEachRequest(t *testing.T) {
	t.Parallel()

	c := newConsole(t, sqlite(t))
	b := c.browser(t)
	b.signIn("dave")
	c.clock.Advance(time.Hour - time.Millisecond)

	if got := b.get("/recheck"); !got.Identity.IsOps() {
		t.Errorf("got %+v, want dave", got)
	}

	c.clock.Advance(time.Millisecond)
	expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")
}

// TestManyRequestsMarkASessionOnce has them come together when its use is due to be noted.
func TestManyRequestsMarkASessionOnce(t *testing.T) {
	t.Parallel()

	c := newConsole(t, sqlite(t))
	b := c.browser(t)
	b.signIn("dave")

	for _, statement := range []string{
		`CREATE TABLE marks (at)`,
		`CREATE TRIGGER mark AFTER UPDATE OF last_seen_at ON opsconsole_sessions BEGIN INSERT INTO marks VALUES (NEW.last_seen_at); END`,
	} {
		if _, err := c.db.Write().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	for minute := range 3 {
		c.clock.Advance(time.Minute)

		var together sync.WaitGroup
		for range 20 {
			together.Go(func() { b.get("/") })
		}

		together.Wait()

		if n := count(t, c.db, "marks"); n != minute+1 {
			t.Errorf("marked %d times in %d minutes", n, minute+1)
		}
	}
}

// TestNothingIsAskedWithoutSessions has the last session end by itself.
func TestNothingIsAskedWithoutSessions(t *testing.T) {
	t.Parallel()

	c := newConsole(t, sqlite(t))
	c.browser(t).signIn("dave")

	if err := c.auth.Remember(t.Context()); err != nil {
		t.Fatal(err)
	}

	c.clock.Advance(time.Hour)

	if err := c.auth.Remember(t.Context()); err != nil {
		t.Fatal(err)
	}

	if err := c.db.Close(); err != nil {
		t.Fatal(err)
	}

	if err := c.auth.Remember(t.Context()); err != nil {
		t.Errorf("it asks still: %v", err)
	}
}
