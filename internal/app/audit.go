package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/spreadsheet"
	"github.com/graph-olap/opsconsole/internal/store"
)

// VerifyAudit looks through an audit log and prints what it found. The error says what does not fit.
func VerifyAudit(ctx context.Context, cfg config.AuditVerify, out io.Writer) error {
	heads, err := readAnchors(cfg, out)
	if err != nil {
		return err
	}

	checker := audit.NewChecker(cfg.Keys, cfg.KeyedFrom, heads...)

	fault, err := check(ctx, cfg, checker, out)
	if err != nil {
		return err
	}

	if fault != "" {
		return fmt.Errorf("the audit log is not intact: %s; the entries up to %d are", fault, checker.FitUpTo())
	}

	return report(cfg, checker, heads, out)
}

func check(ctx context.Context, cfg config.AuditVerify, checker *audit.Checker, out io.Writer) (fault string, err error) {
	if cfg.File == "" {
		err = withLog(ctx, cfg.DatabaseURL, cfg.DatabaseLimits, func(log *audit.Log) error {
			log.Keys = cfg.Keys
			fault, err = log.Check(ctx, checker)

			return err
		})

		return fault, err
	}

	file, err := os.Open(cfg.File)
	if err != nil {
		return "", err
	}
	defer file.Close()

	from, fault, err := audit.CheckExport(file, checker)
	if err == nil && from > 1 {
		_, err = fmt.Fprintf(out, "The export begins with entry %d: earlier entries were not verified.\n", from)
	}

	return fault, err
}

// readAnchors reads the heads that the log has to have.
func readAnchors(cfg config.AuditVerify, out io.Writer) ([]audit.Witness, error) {
	var heads []audit.Witness

	for _, path := range cfg.Anchors {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}

		found, err := anchor.Read(file, cfg.PublicKeys)

		if err = errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}

		if len(found.Anchors) == 0 {
			return nil, fmt.Errorf("%s contains no signed head", path)
		}

		if len(found.Torn) > 0 {
			_, err := fmt.Fprintf(out, "%s: signed heads that were cut off: %d, the first in line %d.\n",
				path, len(found.Torn), found.Torn[0])
			if err != nil {
				return nil, err
			}
		}

		for _, a := range found.Anchors {
			heads = append(heads, a.Witness())
		}
	}

	return heads, nil
}

// report prints what is known of a log in which nothing is wrong. The error says what nobody vouches for.
func report(cfg config.AuditVerify, c *audit.Checker, heads []audit.Witness, out io.Writer) error {
	var said strings.Builder

	fmt.Fprintf(&said, "All entries up to %d are intact.\n", c.Reached.Seq)

	var vouched int64

	for _, head := range heads {
		vouched = max(vouched, head.Seq)
	}

	if len(heads) > 0 {
		fmt.Fprintf(&said, "Signed heads that match: %d, the newest for entry %d.\n", len(heads), vouched)
	}

	if accepted := c.Accepted(); accepted != "" {
		fmt.Fprintf(&said, "Written without a key and accepted: entries %s.\n", accepted)
	}

	var unproven error

	switch {
	case c.Reached.KeyedFrom == 0:
		fmt.Fprintln(&said, "No entry is chained with a key.")
	case c.MissingKey == "":
		fmt.Fprintf(&said, "Entries from %d are chained with a key, and were written with it.\n", c.Reached.KeyedFrom)
	case c.MissingTo <= vouched:
		fmt.Fprintf(&said, "Entries from %d are chained with a key; without the key, the signed heads vouch for them.\n",
			c.Reached.KeyedFrom)
	case len(heads) > 0 && len(cfg.Keys.IDs()) == 0:
		fmt.Fprintf(&said, "Entries from %d are chained with a key; without the key, nothing vouches for entries after %d.\n",
			c.Reached.KeyedFrom, vouched)
	default:
		unproven = fmt.Errorf("entries %d to %d cannot be verified: the key %s is missing; give it with --audit-keys",
			max(c.MissingFrom, vouched+1), c.MissingTo, c.MissingKey)
	}

	if _, err := io.WriteString(out, said.String()); err != nil {
		return err
	}

	return unproven
}

// AcceptAudit accepts the entries that were written without a key.
func AcceptAudit(ctx context.Context, cfg config.AuditAccept, out io.Writer) (err error) {
	unlock, err := store.LockSQLite(ctx, string(cfg.DatabaseURL))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	return withLog(ctx, cfg.DatabaseURL, cfg.DatabaseLimits, func(log *audit.Log) error {
		log.Keys, log.KeyedFrom = cfg.Keys, cfg.KeyedFrom

		accepted, err := log.Accept(ctx, cfg.Reason)
		if err != nil {
			return err
		}

		_, err = fmt.Fprintf(out, "Accepted, and recorded in the audit log: entries %s.\n", accepted)

		return err
	})
}

// ExportAudit writes an audit log, oldest entry first. What is appended to an earlier export has no head.
func ExportAudit(ctx context.Context, cfg config.AuditExport, out io.Writer) error {
	return withLog(ctx, cfg.DatabaseURL, cfg.DatabaseLimits, func(log *audit.Log) error {
		buffered := bufio.NewWriter(out)

		w := audit.Lines(buffered)
		if cfg.CSV {
			w = audit.CSV(spreadsheet.NewWriter(buffered))
		}

		if cfg.After == 0 {
			if err := w.Head(); err != nil {
				return err
			}
		}

		for entry, err := range log.Export(ctx, cfg.After) {
			if err == nil {
				err = w.Write(entry)
			}

			if err != nil {
				// What was written before can be gone on from.
				return errors.Join(err, w.Flush(), buffered.Flush())
			}
		}

		return errors.Join(w.Flush(), buffered.Flush())
	})
}

// PublicKey prints the public key of the one that signs heads.
func PublicKey(cfg config.AuditPublicKey, out io.Writer) error {
	_, err := out.Write(anchor.PublicPEM(cfg.Key))

	return err
}

// withLog opens the log of a database that is there already.
func withLog(ctx context.Context, url config.Secret, limits config.DatabaseLimits, fn func(*audit.Log) error) (err error) {
	if path, ok := strings.CutPrefix(string(url), "sqlite://"); ok { // It would be made.
		if _, err := os.Stat(filepath.Clean(path)); err != nil {
			return fmt.Errorf("the database: %w", err)
		}
	}

	db, err := store.OpenWithin(ctx, string(url), store.Limits(limits))
	if err != nil {
		return fmt.Errorf("the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	return fn(audit.New(db, now))
}
