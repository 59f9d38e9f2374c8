package components

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Value writes a value of a field as people read it: 5 instances, 24 h (PT24H), No expiry.
func Value(field ops.Field, value any) string {
	switch v := value.(type) {
	case nil:
		if field.Kind == ops.KindDuration {
			return "No expiry"
		}

		return "Not set"
	case bool:
		if v {
			return "On"
		}

		return "Off"
	case int64:
		if field.Unit == "" {
			return format.Count(v)
		}

		return format.Plural(int(v), strings.TrimSuffix(field.Unit, "s"), field.Unit)
	case string:
		switch {
		case field.Kind == ops.KindDuration:
			return format.Duration(v)
		case v == "":
			return "Empty"
		default:
			return v
		}
	default:
		return fmt.Sprint(v)
	}
}

// Arrow writes what becomes of a value in a line, its unit once: 5 → 8 instances, 24 h → 36 h, off → on.
func Arrow(field ops.Field, before, after any) string {
	was := brief(field, before)
	if n, ok := before.(int64); ok && after != nil {
		was = format.Count(n)
	}

	return was + " → " + brief(field, after)
}

// brief is a value in a line.
func brief(field ops.Field, value any) string {
	const most = 40

	text, isText := value.(string)

	switch {
	case value == nil:
		return "none"
	case value == false:
		return "off"
	case value == true:
		return "on"
	case isText && field.Kind == ops.KindDuration:
		return humantime.Length(text)
	case isText && text == "":
		return "empty"
	case isText && utf8.RuneCountInString(text) > most:
		return "“" + string([]rune(text)[:most]) + "…”"
	default:
		return Value(field, value)
	}
}

// Step says in words what becomes of a field: lowered by 2, turned on, no expiry any more.
func Step(d ops.Difference) string {
	switch d.Field.Kind {
	case ops.KindInt:
		before, okBefore := d.Before.(int64)
		after, okAfter := d.After.(int64)

		switch {
		case !okBefore || !okAfter:
			return "changed"
		case after < before:
			return "lowered by " + format.Count(before-after)
		default:
			return "raised by " + format.Count(after-before)
		}
	case ops.KindBool:
		if d.After == true {
			return "turned on"
		}

		return "turned off"
	case ops.KindDuration:
		return durationStep(d)
	case ops.KindText:
		return "changed"
	default:
		return "changed"
	}
}

func durationStep(d ops.Difference) string {
	if d.Before == nil {
		return "will expire"
	}

	if d.After == nil {
		return "will no longer expire"
	}

	before, errBefore := ops.ReadDuration(fmt.Sprint(d.Before))
	after, errAfter := ops.ReadDuration(fmt.Sprint(d.After))

	switch {
	case errBefore != nil || errAfter != nil:
		return "changed"
	case after < before:
		return "shortened by " + format.Span(before-after)
	default:
		return "lengthened by " + format.Span(after-before)
	}
}
