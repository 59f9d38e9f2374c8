package auth_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestTabsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)

	tabs := make([]string, 5)
	for i := range tabs {
		tabs[i] = b.begin(fmt.Sprintf("/tab/%d", i))
	}

	for i, tab := range slices.Backward(tabs) {
		if got := b.choose(tab, "dave"); got.Status != http.StatusOK || got.Path != fmt.Sprintf("/tab/%d", i) {
			t.Errorf("tab %d landed at %+v, want /tab/%d with 200", i, got, i)
		}
	}

	if n := count(t, c.db, "opsconsole_sessions"); n != 1 {
		t.Errorf("%d sessions of one browser, want the newest alone", n)
	}
}

// callback walks through a sign-in up to the callback, without following to it.
func callback(t *testing.T, b *browser) string {
	t.Helper()

	page := b.begin("/jobs")

	var target string

	b.CheckRedirect = func(request *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(request.URL.Path, "/auth/") {
			target = request.URL.String()

			return http.ErrUseLastResponse
		}

		return nil
	}
	defer func() { b.CheckRedirect = nil }()

	if b.page(http.MethodPost, page, url.Values{"username": {"dave"}}); target == "" {
		t.Fatal("the sign-in did not come back")
	}

	return target
}

func TestAnAttemptIsUsedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		c := newConsole(t, db)
		b := c.browser(t)
		target := callback(t, b)
		cookies := b.cookies()

		if got := b.get(target); got.Status != http.StatusOK || got.Path != "/jobs" {
			t.Fatalf("the first use: %+v, want /jobs with 200", got)
		}

		expectKind(t, b.get(target), http.StatusUnauthorized, "replayed")

		for name, value := range cookies {
			b.setCookie(name, value)
		}

		got := b.get(target)
		expectKind(t, got, http.StatusUnauthorized, "replayed")

		if got.ReturnTo != "/jobs" {
			t.Errorf("the way back is %q, want /jobs", got.ReturnTo)
		}

		if got := b.get("/"); got.Identity.Username != "dave" {
			t.Errorf("a replay ended the session: %+v, want dave's still", got)
		}
	})
}

func TestAnAttemptBelongsToItsBrowser(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	attacker, victim := c.browser(t), c.browser(t)
	target := callback(t, attacker)

	// Without cookies of its own, and with an attempt of its own under way.
	expectKind(t, victim.get(target), http.StatusUnauthorized, "foreign")
	victim.begin("/")
	expectKind(t, victim.get(target), http.StatusUnauthorized, "foreign")

	// With the cookie of its own attempt under the name of the other.
	for name := range attacker.cookies() {
		for _, value := range victim.cookies() {
			victim.setCookie(name, value)
		}
	}

	expectKind(t, victim.get(target), http.StatusUnauthorized, "foreign")

	if got := attacker.get(target); got.Path != "/jobs" {
		t.Errorf("whom it belongs to cannot use it any more: %+v, want /jobs", got)
	}
}

func TestAnAttemptExpires(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)

	inTime, late := callback(t, b), callback(t, b)

	c.clock.Advance(10*time.Minute - time.Second)

	if got := b.get(inTime); got.Path != "/jobs" {
		t.Errorf("in time: %+v, want /jobs", got)
	}

	c.clock.Advance(3 * time.Second)

	got := b.get(late)
	expectKind(t, got, http.StatusUnauthorized, "expired")

	if got.ReturnTo != "/jobs" {
		t.Errorf("the way back is %q, want /jobs", got.ReturnTo)
	}
}

func TestCallbacksOutOfTheBlue(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)
	b.begin("/")

	for _, query := range []string{
		"", "state=", "state=x", "state=" + strings.Repeat("A", 43), "code=x&state=" + strings.Repeat("A", 42) + "B",
		"error=access_denied", "state=%00&code=%ff", "state=" + strings.Repeat("x", 5000),
	} {
		expectKind(t, b.get("/auth/callback?"+query), http.StatusUnauthorized, "foreign")
	}

	if n := count(t, c.db, "opsconsole_sign_ins"); n != 0 {
		t.Errorf("%d rows were written for attempts that nobody began, want none", n)
	}
}

func TestAttemptsDoNotPileUp(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)

	for i := range 30 {
		b.begin(fmt.Sprintf("/%d", i))
		c.clock.Advance(time.Second)
	}

	if n := len(b.cookies()); n != 20 {
		t.Errorf("%d cookies of attempts, want 20", n)
	}

	if got := b.choose(b.begin("/last"), "dave"); got.Path != "/last" {
		t.Errorf("the newest attempt: %+v, want /last", got)
	}

	if n := count(t, c.db, "opsconsole_sign_ins"); n != 1 {
		t.Errorf("%d rows, want that of the one that was used", n)
	}
}

func TestReturnToIsLocal(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))

	for _, target := range []string{"//evil.example.com/x", "https://evil.example.com/", `/\evil.example.com`} {
		b := c.browser(t)
		if got := b.choose(b.begin(target), "dave"); got.Path != "/" {
			t.Errorf("%q landed at %+v, want /", target, got)
		}
	}
}
