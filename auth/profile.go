package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// profiler reads who somebody is. Where several sets of claims are given, the first that
// has a claim wins.
type profiler struct {
	issuer   string
	opsRole  string
	roles    ClaimPath
	username ClaimPath
	email    ClaimPath
}

// Claims that stand in where the configured ones are missing.
const (
	claimPreferredUsername = "preferred_username"
	claimEmail             = "email"
	claimName              = "name"
	claimSubject           = "sub"
)

// complete reports whether the claims say enough, so that nothing more need be asked for.
func (p profiler) complete(sets ...map[string]any) bool {
	_, hasRoles := p.findRoles(sets)
	_, hasUsername := firstText(sets, p.username)

	return hasRoles && hasUsername
}

// read fills the person's part of an Identity. found is false when no set had the
// roles claim.
func (p profiler) read(sets ...map[string]any) (who Identity, found bool, err error) {
	who.Subject, _ = firstText(sets, claim(claimSubject))
	if who.Subject == "" {
		return Identity{}, false, errors.New("no sub claim")
	}

	who.Issuer = p.issuer
	who.Email, _ = firstText(sets, p.email, claim(claimEmail))
	who.Name, _ = firstText(sets, claim(claimName))

	if who.Username, found = firstText(sets, p.names(sets)...); !found {
		return Identity{}, false, fmt.Errorf("no claim %s that names the user", p.username)
	}

	who.Roles, found = p.findRoles(sets)
	who.Role = p.strongest(who.Roles)

	return who, found, nil
}

// names are the claims that name the user, the best first. An e-mail address that the provider says is not
// verified is none, as anybody can have given it: OpenID Connect Core 1.0, section 5.7.
func (p profiler) names(sets []map[string]any) []ClaimPath {
	email := claim(claimEmail)

	switch p.username.name {
	case claimPreferredUsername:
		if email.isUnverified(sets) {
			return []ClaimPath{p.username, claim(claimSubject)}
		}

		return []ClaimPath{p.username, email, claim(claimSubject)}
	case claimEmail, p.email.name:
		if p.username.isUnverified(sets) { // a name that people choose could be somebody's address
			return []ClaimPath{claim(claimSubject)}
		}
	}

	return []ClaimPath{p.username}
}

// isUnverified reports whether a set says so of the address that the path leads to. That none says
// anything is no word against it: many providers have no such claim. Some write it as text.
func (p ClaimPath) isUnverified(sets []map[string]any) bool {
	return slices.ContainsFunc(sets, func(set map[string]any) bool {
		for _, name := range []string{p.name + "_verified", claimEmail + "_verified"} {
			switch said := set[name].(type) {
			case bool:
				if !said {
					return true
				}
			case string:
				if strings.EqualFold(said, "false") {
					return true
				}
			}
		}

		return false
	})
}

func (p profiler) findRoles(sets []map[string]any) ([]string, bool) {
	for _, set := range sets {
		if roles, ok := p.roles.Strings(set); ok {
			return roles, true
		}
	}

	return nil, false
}

// strongest returns the platform role of somebody with these roles. Only the
// configured role makes Ops: where that is another word, "ops" means nothing.
func (p profiler) strongest(roles []string) ops.Role {
	var strongest ops.Role

	for _, role := range roles {
		role = strings.TrimSpace(role)
		if strings.EqualFold(role, p.opsRole) {
			return ops.RoleOps
		}

		known, ok := ops.ParseRole(role)
		if ok && known != ops.RoleOps && strongest != ops.RoleAdmin {
			strongest = known
		}
	}

	return strongest
}

func claim(name string) ClaimPath { return ClaimPath{name: name} }

func firstText(sets []map[string]any, paths ...ClaimPath) (string, bool) {
	for _, path := range paths {
		for _, set := range sets {
			if text, ok := path.Text(set); ok {
				return text, true
			}
		}
	}

	return "", false
}
