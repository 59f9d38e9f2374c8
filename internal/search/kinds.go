package search

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// Kind is what is found.
type Kind int64

// The kinds. Their numbers are in the keys of the index, and in the triggers.
const (
	Change Kind = iota + 1
	Audit
	Window
	Webhook
	Point
	Owner

	last = Owner
)

// keyBits are those of an object's number in its key; the kind is above them.
const keyBits = 56

func (k Kind) key(id int64) int64 { return int64(k)<<keyBits | id }

func parse(key int64) (Kind, int64) { return Kind(key >> keyBits), key & (1<<keyBits - 1) }

// newest is above every number.
const newest = math.MaxInt64>>7 - 1 // of 56 bits

// source is where the objects of a kind are, and which words find one.
type source struct {
	table, id string
	columns   []string
	// texts are those of a row; nil for one that is not to be found.
	texts func(row []string) []string
}

// Kinds lists them all, in the order in which what was there before is indexed: what is few first.
func Kinds() []Kind { return []Kind{Webhook, Window, Point, Owner, Change, Audit} }

func (k Kind) source() source {
	asTheyAre := func(row []string) []string { return row }

	switch k {
	case Change:
		return source{"opsconsole_changes", "id", []string{"section", "actor", "reason", "fields", "before_json", "after_json"}, ofChange}
	case Audit:
		return source{"opsconsole_audit", "seq", []string{"action", "object", "actor", "reason", "message"}, asTheyAre}
	case Window:
		return source{"opsconsole_windows", "id", []string{"title", "announced_by", "reason", "message"}, asTheyAre}
	case Webhook:
		return source{"opsconsole_webhooks", "id", []string{"name", "kind", "deleted_at"}, ofWebhook}
	case Point:
		return source{"opsconsole_points", "id", []string{"name", "actor", "reason"}, asTheyAre}
	case Owner:
		return source{"opsconsole_owners", "id", []string{"username"}, asTheyAre}
	default:
		return source{}
	}
}

// ofWebhook are the texts of one that is there: one that was deleted has no page.
func ofWebhook(row []string) []string {
	if row[2] != "" {
		return nil
	}

	return row[:2]
}

// ofChange are the texts of a change: its section, fields and values as the pages and as the contract have them.
func ofChange(row []string) []string {
	texts := []string{row[0], row[1], row[2]}
	section, _ := ops.SectionOf(ops.SectionName(row[0]))
	texts = append(texts, section.Title)

	before, after := valuesOf(row[4]), valuesOf(row[5])

	for name := range strings.SplitSeq(row[3], ",") {
		field, _ := section.Field(name)
		texts = append(texts, name, field.Label)

		for _, value := range []any{before[name], after[name]} {
			if value != nil {
				texts = append(texts, fmt.Sprint(value))
			}
		}
	}

	return texts
}

// valuesOf reads JSON; what cannot be read has no words.
func valuesOf(text string) (values map[string]any) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // as they are written

	_ = decoder.Decode(&values)

	return values
}
