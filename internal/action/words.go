package action

import (
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// own are the acts that are none of an operator's to ask for: what the console does by itself, and who comes and goes.
func own() map[string]string {
	return map[string]string{
		"session.sign_in": "Sign-in", "session.sign_out": "Sign-out",
		"access.refused": "Access refused", "request.refused": "Request refused",
		"lease.release":        "Resuming a temporary change",
		"schedule.hold":        "Scheduled change needs a decision",
		"window.hold":          "Maintenance window needs a decision",
		"window.miss":          "Maintenance window missed",
		"window.overrun":       "Maintenance window overruns",
		"window.silence":       "Silencing the alerts of a maintenance window",
		"approval.request":     "Approval requested",
		"approval.approve":     "Approval given",
		"approval.reject":      "Approval rejected or withdrawn",
		"approval.break_glass": "Carried out without a second person",
		"audit.export":         "Exporting the audit log",
		"audit.key":            "New key for the audit log",
		"audit.accept":         "Accepting audit entries without a key",
		"database.restore":     "Console database restored from a backup",
	}
}

// Title is an act in words, its name where there are none.
func Title(name string) string {
	if a, ok := Named(name); ok {
		return a.Title
	}

	if title, ok := own()[name]; ok {
		return title
	}

	return name
}

// kinds are what has a number or a name of its own, by how the log writes it.
func kinds() map[string]string {
	return map[string]string{
		"jobs": "job", "leases": "temporary change", "scheduled": "scheduled change", "history": "change", "points": "named point",
		"maintenance/windows": "maintenance window", "maintenance/templates": "window template", "webhooks": "webhook",
		"instances": "instance", "sessions": "session", "approvals": "approval", "audit/key": "audit key",
	}
}

// Object is what an act is done to, in words; ok is false where it has none, such as the path of a request.
func Object(object string) (words string, ok bool) {
	words, ok = objectWords(object)

	return upper(words), ok
}

func upper(words string) string {
	if words == "" {
		return ""
	}

	return strings.ToUpper(words[:1]) + words[1:]
}

func objectWords(object string) (string, bool) {
	switch object {
	case "database":
		return "console database", true
	case "audit/unkeyed":
		return "entries without a key", true
	}

	if kind, ok := kinds()[object]; ok {
		return kind + "s", true // all of them, or one that is not there yet
	}

	i := strings.LastIndexByte(object, '/')
	if i < 0 || i == len(object)-1 {
		return "", false
	}

	parent, name := object[:i], object[i+1:]

	switch kind, ok := kinds()[parent]; {
	case ok:
		return kind + " " + strings.ReplaceAll(name, "_", " "), true
	case parent == "subjects":
		return "all sessions of " + name, true
	case parent == "config":
		section, err := ops.SectionOf(ops.SectionName(name))

		return section.Title, err == nil
	default:
		return "", false
	}
}

// Message is what the log tells of an approval, with words for the names of the act and of what it is done to. Any other message
// is as it was.
func Message(message string) string {
	name, object, told := strings.Cut(strings.TrimSuffix(message, "."), " of ")
	if _, known := Named(name); !told || !known {
		return message
	}

	return Said(name, object) + "."
}

// Said says in words what is done to what: Extending maintenance window 12.
func Said(name, object string) string {
	title := Title(name)

	words, ok := objectWords(object)
	if !ok {
		if object == "" {
			return title
		}

		return title + ": " + object
	}

	if _, all := kinds()[object]; all || object == "database" {
		return title
	}

	for parent, kind := range kinds() {
		if !strings.HasPrefix(object, parent+"/") {
			continue
		}

		if rest, found := strings.CutPrefix(title, upper(kind)+" "); found {
			return upper(words) + " " + rest
		}

		for _, article := range []string{"a ", "an "} {
			if before, after, found := strings.Cut(title, article+kind); found {
				return before + words + after
			}
		}
	}

	return title + ": " + words
}
