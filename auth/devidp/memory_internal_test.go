package devidp

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestTokensThatAreOldAreForgotten has a script ask for tokens for days while nobody signs in.
func TestTokensThatAreOldAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()

		for _, token := range []string{"a", "b", "c"} {
			m.give(grant{subject: "dave"}, token, token)
			<-time.After(refreshTokenLifetime + time.Second)
		}

		if len(m.access) != 1 || len(m.refresh) != 1 {
			t.Errorf("%d access tokens and %d refresh tokens are kept, want the last of each", len(m.access), len(m.refresh))
		}
	})
}

// TestASignInThatIsOverTakesNobody has what is done in one tab meet what was begun in another.
func TestASignInThatIsOverTakesNobody(t *testing.T) {
	t.Parallel()

	m := newMemory()
	begun := m.begin(request{})

	if _, _, ok := m.code(begun.id); ok {
		t.Error("there is a code although nobody was let in")
	}

	if !m.signIn(begun.id, "dave") {
		t.Fatal("nobody was let in")
	}

	of, _, ok := m.code(begun.id)
	if !ok || of.subject != "dave" {
		t.Errorf("got a code of %q, %v, want one of dave", of.subject, ok)
	}

	if m.signIn(begun.id, "carol") {
		t.Error("somebody was let into what has its code")
	}

	if _, _, ok := m.code(begun.id); ok {
		t.Error("there is a second code")
	}
}
