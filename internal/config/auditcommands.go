package config

import (
	"crypto/ed25519"
	"os"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
)

// AuditVerify looks through an audit log.
type AuditVerify struct {
	// DatabaseURL is where the log is; "" for that in File, an export in JSON.
	DatabaseURL    Secret
	DatabaseLimits DatabaseLimits
	File           string

	Keys      audit.Keys
	KeyedFrom int64
	// Anchors are files of signed heads, and PublicKeys those of which one has to have signed each.
	Anchors    []string
	PublicKeys []ed25519.PublicKey
}

// AuditAccept accepts entries that were written without a key.
type AuditAccept struct {
	DatabaseURL    Secret
	DatabaseLimits DatabaseLimits

	Keys      audit.Keys
	KeyedFrom int64
	Reason    string
}

// AuditExport writes an audit log, oldest first.
type AuditExport struct {
	DatabaseURL    Secret
	DatabaseLimits DatabaseLimits
	// After is the number of the entry after which it begins.
	After int64
	// CSV is false for JSON, an entry a line.
	CSV bool
}

// AuditPublicKey prints the public key of those that sign heads.
type AuditPublicKey struct{ Key ed25519.PrivateKey }

func (AuditVerify) isCommand()    {}
func (AuditAccept) isCommand()    {}
func (AuditExport) isCommand()    {}
func (AuditPublicKey) isCommand() {}

func (r *reader) auditVerify(f *auditVerifyFlags) AuditVerify {
	v := AuditVerify{
		DatabaseLimits: r.databaseLimits(&f.databaseFlags), File: f.File.text,
		Keys: r.auditKeys(&f.auditKeyFlags), KeyedFrom: r.keyedFrom(&f.auditKeyFlags), Anchors: f.Anchors.items(),
	}

	if v.File == "" { // Otherwise the console's own may be in the environment.
		v.DatabaseURL = r.databaseURL(f.DatabaseURL)
	}

	if key := r.signingKey(f.AuditSigningKey); key != nil {
		v.PublicKeys = append(v.PublicKeys, anchor.PublicOf(key))
	}

	for _, path := range f.PublicKey.items() {
		text, err := os.ReadFile(path)
		if err != nil {
			r.badf(f.PublicKey.setting, "cannot be read: %v", err)

			continue
		}

		keys, err := anchor.ParsePublicKeys(text)
		if err != nil {
			r.badf(f.PublicKey.setting, "names %s, which %s", path, err)
		}

		v.PublicKeys = append(v.PublicKeys, keys...)
	}

	if len(v.Anchors) > 0 && len(v.PublicKeys) == 0 {
		r.badf(f.PublicKey.setting, "is missing; signed heads cannot be verified without the key that signed them")
	}

	return v
}

func (r *reader) auditAccept(f *auditAcceptFlags) AuditAccept {
	r.required(f.AuditKeys, "entries that were written without the key can only be accepted with it")

	return AuditAccept{
		DatabaseURL: r.databaseURL(f.DatabaseURL), DatabaseLimits: r.databaseLimits(&f.databaseFlags),
		Keys: r.auditKeys(&f.auditKeyFlags), KeyedFrom: r.keyedFrom(&f.auditKeyFlags),
		Reason: r.required(f.Reason, "say who wrote these entries, and how you know"),
	}
}

func (r *reader) auditExport(f *auditExportFlags) AuditExport {
	return AuditExport{
		DatabaseURL: r.databaseURL(f.DatabaseURL), DatabaseLimits: r.databaseLimits(&f.databaseFlags),
		After: int64(r.parseInt(f.After)), //nolint:gosec // nothing comes after one that is far too large
		CSV:   r.oneOf(f.Format, "jsonl", "csv") == "csv",
	}
}

func (r *reader) auditPublicKey(f *auditPublicKeyFlags) AuditPublicKey {
	r.required(f.AuditSigningKey, "give the private key in PKCS#8 PEM, or better its file in $OPSCONSOLE_AUDIT_SIGNING_KEY_FILE")

	return AuditPublicKey{Key: r.signingKey(f.AuditSigningKey)}
}
