package config

import (
	"crypto/ed25519"
	"crypto/x509"
	"os"
	"strings"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
)

// Audit says how the audit log is chained, and where its signed heads go.
type Audit struct {
	Keys audit.Keys
	// KeyedFrom is the number of the first entry that has to be keyed, 0 where nobody says.
	KeyedFrom int64
	// SigningKey signs heads for the Destinations; without it there are none.
	SigningKey   ed25519.PrivateKey
	Destinations []anchor.Destination
}

func (r *reader) audit(f *auditFlags) Audit {
	a := Audit{
		Keys: r.auditKeys(&f.auditKeyFlags), KeyedFrom: r.keyedFrom(&f.auditKeyFlags), SigningKey: r.signingKey(f.AuditSigningKey),
	}

	access := anchor.Access{Token: f.AuditAnchorToken.text, Roots: r.roots(f.AuditAnchorCA)}

	for _, address := range f.AuditAnchors.items() {
		to, err := anchor.ParseDestination(address, access)
		if err != nil {
			r.badf(f.AuditAnchors.setting, "has %q, which %s", withoutPassword(address), err)

			continue
		}

		a.Destinations = append(a.Destinations, to)
	}

	if f.AuditAnchors.text == "" {
		for _, s := range []setting{f.AuditSigningKey, f.AuditAnchorToken, f.AuditAnchorCA} {
			if s.text != "" {
				r.badf(s, "is given without --audit-anchors; say where signed heads go, or leave it out")
			}
		}
	} else if f.AuditSigningKey.text == "" {
		r.badf(f.AuditSigningKey, "is missing; --audit-anchors needs it: openssl genpkey -algorithm ed25519")
	}

	return a
}

// noKey is the --audit-key of a console that begins to chain with a key once another one does.
const noKey = "none"

// auditKeys has none where nothing is given.
func (r *reader) auditKeys(f *auditKeyFlags) audit.Keys {
	if f.AuditKeys.text == "" {
		if f.AuditKey.text != "" {
			r.badf(f.AuditKey, "is given without --audit-keys; give both or neither")
		}

		return audit.Keys{}
	}

	keys, first, err := audit.ParseKeys(f.AuditKeys.text)
	if err != nil {
		r.badf(f.AuditKeys, "%s; write ID:SECRET, such as one of: echo k1:$(openssl rand -hex 32)", err)

		return audit.Keys{}
	}

	r.onlyOurs(f.AuditKeys)

	switch f.AuditKey.text {
	case "":
		keys.Use = first
	case noKey:
	default:
		if keys.Use = f.AuditKey.text; !keys.Has(keys.Use) {
			r.badf(f.AuditKey, "is %q, which is not one of --audit-keys: %s", keys.Use, strings.Join(keys.IDs(), ", "))
		}
	}

	return keys
}

func (r *reader) keyedFrom(f *auditKeyFlags) int64 {
	return int64(r.parseInt(f.AuditKeyedFrom)) //nolint:gosec // one that is far too large is no entry's, and said so
}

// signingKey is nil where none is given.
func (r *reader) signingKey(s setting) ed25519.PrivateKey {
	if s.text == "" {
		return nil
	}

	key, err := anchor.ParsePrivateKey(s.text)
	if err != nil {
		r.badf(s, "%s", err)
	}

	r.onlyOurs(s)

	return key
}

// othersMay are the rights that nobody but a file's owner and its group has to a key, and its group to write it.
const othersMay = 0o027

// onlyOurs refuses a secret whose file others may read, or write.
func (r *reader) onlyOurs(s setting) {
	path := r.files[s.flag]
	if path == "" {
		return
	}

	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&othersMay != 0 {
		r.badf(s, "is in %s, which others may read or its group write (mode %04o); "+
			"make it 0400, or 0440 (for a Kubernetes secret: defaultMode: 0440)", path, info.Mode().Perm())
	}
}

// roots are nil where no file is given.
func (r *reader) roots(s setting) *x509.CertPool {
	if s.text == "" {
		return nil
	}

	roots, err := alertmanager.ReadRoots(s.text)
	if err != nil {
		r.badf(s, "%s", err)
	}

	return roots
}
