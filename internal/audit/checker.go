package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Head is how far a log goes: the number and the hash of its newest entry.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
	// KeyedFrom is the first entry that is chained with a key, 0 where none is.
	KeyedFrom int64 `json:"keyed_from"`
	// Identities is a hash of all that entries say of issuers and subjects, which is no part of theirs: the
	// hex SHA-256 of what it was before, a line feed and the entry's IdentityHash, at each that has one; "" before the first.
	Identities string `json:"identities"`
}

// identitiesAfter is [Head.Identities] once the entry is the newest.
func (h Head) identitiesAfter(e Entry) string {
	if e.IdentityHash == "" {
		return h.Identities
	}

	sum := sha256.Sum256([]byte(h.Identities + "\n" + e.IdentityHash))

	return hex.EncodeToString(sum[:])
}

// Witness is a head that is known from elsewhere than the log that is checked.
type Witness struct {
	Head

	// From says in a sentence where: "the head that was signed 2026-11-29 19:40:00 UTC".
	From string
}

// Checker looks at a log from its first entry to its newest. Its words name the first entry that
// does not fit, and are "" where all fit. One that is not keyed, although one before it is, leaves the chain whole: it goes on
// behind it, and names it at the end.
type Checker struct {
	// Reached is the newest entry that fits.
	Reached Head
	// MissingKey is the key that is not here for an entry that is chained with it, "" for none; MissingFrom is the first
	// such entry, MissingTo the last.
	MissingKey             string
	MissingFrom, MissingTo int64

	// unkeyed are those without a code behind one with a code that nobody has accepted, accepted those that somebody has.
	unkeyed, accepted []span

	keys      Keys
	witnesses []Witness // by number
	// keyedFrom is the first entry that has to be keyed, as is known from elsewhere; 0 where nothing is.
	keyedFrom int64
	// partly says that it did not begin with the first entry.
	partly bool
	fault  string
}

// NewChecker returns one that begins with the first entry. keyedFrom is the number of the first
// entry that has to be keyed, 0 where nobody says.
func NewChecker(keys Keys, keyedFrom int64, witnesses ...Witness) *Checker {
	c := &Checker{keys: keys, keyedFrom: keyedFrom, witnesses: slices.Clone(witnesses)}

	slices.SortStableFunc(c.witnesses, func(a, b Witness) int { return cmp.Compare(a.Seq, b.Seq) })

	for _, w := range witnesses {
		if w.KeyedFrom > 0 && (c.keyedFrom == 0 || w.KeyedFrom < c.keyedFrom) {
			c.keyedFrom = w.KeyedFrom
		}
	}

	return c
}

// Next looks at the entry after those that it has seen.
func (c *Checker) Next(e Entry) string {
	digest, err := e.digest()
	if err != nil {
		digest = ""
	}

	return c.next(e, digest)
}

// next is Next of an entry whose hash has to be that digest.
func (c *Checker) next(e Entry, digest string) string {
	if c.fault = c.wrong(e, digest); c.fault != "" {
		return c.fault
	}

	c.Reached.Seq, c.Reached.Hash, c.Reached.Identities = e.Seq, e.Hash, c.Reached.identitiesAfter(e)

	id, _ := keyOf(e.Chain)
	if id == "" {
		if c.Reached.KeyedFrom != 0 {
			c.addUnkeyed(e.Seq)
		}

		return ""
	}

	c.accept(acceptedBy(e))

	if c.Reached.KeyedFrom == 0 {
		c.Reached.KeyedFrom = e.Seq
	}

	if !c.keys.Has(id) {
		c.MissingTo = e.Seq

		if c.MissingKey == "" {
			c.MissingFrom, c.MissingKey = e.Seq, id
		}
	}

	return ""
}

func (c *Checker) wrong(e Entry, digest string) string {
	switch want := c.Reached.Seq + 1; {
	case e.Seq > want:
		return fmt.Sprintf("entry %d is missing", want)
	case e.Seq < want:
		return fmt.Sprintf("entry %d is where entry %d should be", e.Seq, want)
	case e.PrevHash != c.Reached.Hash:
		return fmt.Sprintf("entry %d does not follow the one before it", e.Seq)
	case digest == "" || digest != e.Hash || e.IdentityHash != e.identityDigest() || strings.Contains(e.Issuer, "\n"):
		return fmt.Sprintf("entry %d was altered", e.Seq)
	}

	if fault := c.wrongCode(e); fault != "" {
		return fault
	}

	for len(c.witnesses) > 0 && c.witnesses[0].Seq <= e.Seq {
		switch w := c.witnesses[0]; {
		case w.Seq != e.Seq: // It lies before what is looked at.
		case w.Hash != e.Hash:
			return fmt.Sprintf("entry %d is not the one of %s", e.Seq, w.From)
		case !c.partly && w.Identities != c.Reached.identitiesAfter(e):
			return fmt.Sprintf("entry %d or one before it has another issuer or subject than when %s was taken", e.Seq, w.From)
		}

		c.witnesses = c.witnesses[1:]
	}

	return ""
}

// wrongCode says what is wrong with how an entry is keyed.
func (c *Checker) wrongCode(e Entry) string {
	id, ok := keyOf(e.Chain)

	switch {
	case !ok:
		return fmt.Sprintf("entry %d claims to be chained as %q, which does not exist", e.Seq, e.Chain)
	case id == "" && e.MAC != "":
		return fmt.Sprintf("entry %d has a code but does not name its key", e.Seq)
	case id == "" && c.Reached.KeyedFrom == 0 && c.keyedFrom != 0 && e.Seq >= c.keyedFrom:
		return fmt.Sprintf("entry %d is not keyed, although entries from %d are", e.Seq, c.keyedFrom)
	case id != "" && c.keys.Has(id) && !c.keys.fits(e.Chain, e.sealed(), e.MAC):
		return fmt.Sprintf("entry %d was not written with the key %s", e.Seq, id)
	default:
		return ""
	}
}

// Found is what does not fit so far.
func (c *Checker) Found() string {
	return cmp.Or(c.unkeyedFound(), c.fault) // in the order of the log: behind a fault nothing is looked at
}

// FitUpTo is the newest entry before the first that does not fit.
func (c *Checker) FitUpTo() int64 {
	if len(c.unkeyed) > 0 {
		return c.unkeyed[0].First - 1
	}

	return c.Reached.Seq
}

// End looks at where the log ends; head is what it says of its newest entry.
func (c *Checker) End(head Head) string {
	switch {
	case c.Reached.Seq > head.Seq:
		c.fault = fmt.Sprintf("entry %d is missing: the log ends at %d", head.Seq+1, head.Seq)
	case c.Reached.Seq < head.Seq:
		c.fault = fmt.Sprintf("entry %d is missing", c.Reached.Seq+1)
	case c.Reached.Hash != head.Hash:
		c.fault = fmt.Sprintf("entry %d is not the one named by the log's head", head.Seq)
	default:
		c.fault = c.ended()
	}

	return c.Found()
}

// ended is End of a log that says nothing of its newest entry.
func (c *Checker) ended() string {
	reached := c.Reached.Seq

	if i := slices.IndexFunc(c.witnesses, func(w Witness) bool { return w.Seq > reached }); i >= 0 {
		w := c.witnesses[i]

		return fmt.Sprintf("entry %d is missing: %s is that of entry %d", reached+1, w.From, w.Seq)
	}

	if c.keys.Use != "" && reached > 0 && c.Reached.KeyedFrom == 0 {
		return fmt.Sprintf("entry %d is not keyed, although there is a key for it", reached)
	}

	return ""
}
