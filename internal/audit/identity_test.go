package audit_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhoseAnEntryIs holds what an entry hashes to without knowing whose it is, which the version before
// looks at too.
func TestWhoseAnEntryIs(t *testing.T) {
	t.Parallel()

	const hash = "aff5ef2aace45ea06b19a9337478e1a0becd425efeba6bb82ad1d593d66379db"

	for name, identity := range map[string]audit.Identity{
		"nobody known": {},
		"somebody":     {Issuer: "https://idp.example.com", Subject: "0a1b2c"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				t.Helper()

				log, actor := newLog(db), dave
				actor.Identity = identity

				written, err := log.Record(t.Context(), actor, audit.Entry{Action: audit.JobTrigger, Object: "jobs/lifecycle", Outcome: audit.Intent})
				if err != nil || written.Hash != hash || (audit.Identity{Issuer: written.Issuer, Subject: written.Subject}) != identity {
					t.Errorf("got %+v, %v, want it of %+v, with the hash %s", written, err, identity, hash)
				}

				if read, _, err := log.Get(t.Context(), written.Seq); err != nil || read.Subject != identity.Subject || read.Issuer != identity.Issuer || read.Hash != hash {
					t.Errorf("read: got %+v, %v", read, err)
				}

				if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" || state.UpTo != 1 {
					t.Errorf("got %+v, %v, want it whole", state, err)
				}
			})
		})
	}
}

func TestAnotherIdentityIsFound(t *testing.T) {
	t.Parallel()

	for name, tampering := range map[string]string{
		"another subject": `UPDATE opsconsole_audit SET subject = 'x' WHERE seq = 1`,
		"another issuer":  `UPDATE opsconsole_audit SET issuer = 'https://x.example.com' WHERE seq = 1`,
		"taken away":      `UPDATE opsconsole_audit SET issuer = NULL, subject = NULL WHERE seq = 1`,
		"exchanged": `UPDATE opsconsole_audit SET subject = 'user-3' || substr(subject, 7, 0),
			identity_hash = (SELECT max(identity_hash) FROM opsconsole_audit other WHERE other.seq <> opsconsole_audit.seq)`,
		"made up": `UPDATE opsconsole_audit SET issuer = 'https://x.example.com', subject = 'x' WHERE seq = 2`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				t.Helper()

				log := newLog(db)

				for _, subject := range []string{"user-1", "", "user-3"} {
					actor := dave
					if actor.Subject = subject; subject != "" {
						actor.Issuer = "https://idp.example.com"
					}

					if _, err := log.Record(t.Context(), actor, audit.Entry{Action: audit.SignIn, Outcome: audit.Done}); err != nil {
						t.Fatal(err)
					}
				}

				dropTriggers(t, db)

				if _, err := db.Write().ExecContext(t.Context(), tampering); err != nil {
					t.Fatal(err)
				}

				if state, err := log.Verify(t.Context()); err != nil || state.Broken == "" {
					t.Errorf("not found: %+v, %v", state, err)
				}
			})
		})
	}
}

// TestALineFeedMovesNothingBetweenIssuerAndSubject: they are hashed as lines, and a subject may have any character.
func TestALineFeedMovesNothingBetweenIssuerAndSubject(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log, actor := newLog(db), dave
		actor.Identity = audit.Identity{Issuer: "https://idp.example.com\nhere", Subject: "admin\ndave"}

		for range 2 {
			written, err := log.Record(t.Context(), actor, audit.Entry{Action: audit.SignIn, Outcome: audit.Done})
			if err != nil || written.Subject != "admin\ndave" || written.Issuer != "https://idp.example.com here" {
				t.Errorf("got %+v, %v", written, err)
			}
		}

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" {
			t.Errorf("got %+v, %v, want it whole", state, err)
		}

		dropTriggers(t, db)
		exec(t, db, `UPDATE opsconsole_audit SET issuer = replace(issuer || '|admin', '|', substr(subject, 6, 1)), subject = 'dave' WHERE seq = 2`)

		if state, err := newLog(db).Verify(t.Context()); err != nil || state.Broken != "entry 2 was altered" {
			t.Errorf("got %+v, %v, want entry 2 to be named", state, err)
		}
	})
}
