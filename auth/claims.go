package auth

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ClaimPath says where in a token's claims a value stands. A claim of exactly
// that name wins; else a path that begins with "/" is a JSON pointer (RFC 6901),
// and any other is names joined by dots, such as realm_access.roles.
type ClaimPath struct {
	name  string
	steps []string
}

// ParseClaimPath reads a path. Names with dots and slashes, such as
// https://api.graph-olap.example.com/roles, need no escaping.
func ParseClaimPath(path string) (ClaimPath, error) {
	if path == "" {
		return ClaimPath{}, errors.New("a claim needs a name")
	}

	pointer, isPointer := strings.CutPrefix(path, "/")
	if !isPointer {
		return ClaimPath{name: path, steps: strings.Split(path, ".")}, nil
	}

	if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(pointer), "~") {
		return ClaimPath{}, fmt.Errorf("%s is not a JSON pointer: inside a name ~ is written ~0 and / is written ~1", path)
	}

	unescape := strings.NewReplacer("~0", "~", "~1", "/")
	steps := strings.Split(pointer, "/")

	for i, step := range steps {
		steps[i] = unescape.Replace(step)
	}

	return ClaimPath{name: path, steps: steps}, nil
}

// String returns the path as it was written.
func (p ClaimPath) String() string { return p.name }

// Lookup returns the value that the path leads to.
func (p ClaimPath) Lookup(claims map[string]any) (value any, ok bool) {
	if value, ok = claims[p.name]; ok {
		return value, true
	}

	value = claims
	for _, step := range p.steps {
		switch node := value.(type) {
		case map[string]any:
			value, ok = node[step]
		case []any:
			i, err := strconv.Atoi(step)
			if ok = err == nil && i >= 0 && i < len(node); ok {
				value = node[i]
			}
		default:
			ok = false
		}

		if !ok {
			return nil, false
		}
	}

	return value, true
}

// Strings returns the value as a list: a list of strings as it is, one string
// split at spaces and commas. ok is false when nothing of the kind is there; an
// empty list is there.
func (p ClaimPath) Strings(claims map[string]any) (list []string, ok bool) {
	value, _ := p.Lookup(claims)

	switch value := value.(type) {
	case string:
		return strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' }), true
	case []any:
		for _, element := range value {
			if s, isString := element.(string); isString && s != "" {
				list = append(list, s)
			}
		}

		return list, true
	default:
		return nil, false
	}
}

// Text returns the value if it is a string that says something.
func (p ClaimPath) Text(claims map[string]any) (text string, ok bool) {
	value, _ := p.Lookup(claims)
	text, _ = value.(string)

	return text, text != ""
}
