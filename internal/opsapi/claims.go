package opsapi

import (
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// caller reads whom verified claims speak for.
func (c OIDCConfig) caller(claims map[string]any) (ops.Caller, error) {
	username, _ := lookUp(claims, c.UsernameClaim).(string)
	email, _ := lookUp(claims, c.EmailClaim).(string)

	if username == "" {
		return ops.Caller{}, unauthorized("The bearer token does not say who its user is: the claim " + c.UsernameClaim + " is missing")
	}

	names := roleNames(lookUp(claims, c.RolesClaim))
	if len(names) == 0 {
		return ops.Caller{}, &ops.Error{
			Code: ops.CodeMissingRole, Message: "The bearer token has no role: the claim " + c.RolesClaim + " is missing or empty",
		}
	}

	role := c.strongest(names)
	if role == "" {
		return ops.Caller{}, invalidRole()
	}

	return ops.Caller{Username: username, Email: email, Role: role}, nil
}

// strongest returns ops if it is among the names, else the strongest role that is.
// Where the provider has another word for ops, "ops" is none.
func (c OIDCConfig) strongest(names []string) ops.Role {
	var best ops.Role

	for _, name := range names {
		role, known := ops.ParseRole(name)

		switch {
		case strings.EqualFold(strings.TrimSpace(name), c.OpsRole):
			return ops.RoleOps
		case !known, role == ops.RoleOps:
		case best == "", role == ops.RoleAdmin:
			best = role
		}
	}

	return best
}

// roleNames reads a list, or one text.
func roleNames(value any) []string {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}

	var names []string

	for _, element := range list {
		if name, _ := element.(string); strings.TrimSpace(name) != "" {
			names = append(names, name)
		}
	}

	return names
}

// lookUp finds a claim of exactly that name, else follows the names between its
// dots: claim names may hold dots themselves.
func lookUp(claims map[string]any, path string) any {
	if value, ok := claims[path]; ok {
		return value
	}

	for i := range len(path) {
		if path[i] != '.' {
			continue
		}

		if inner, ok := claims[path[:i]].(map[string]any); ok {
			if value := lookUp(inner, path[i+1:]); value != nil {
				return value
			}
		}
	}

	return nil
}
