package devidp

import (
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// Account is somebody whom everybody can sign in as.
type Account struct {
	Username string
	Name     string
	Email    string
	Role     ops.Role
}

// RoleName is the role as people read it.
func (a Account) RoleName() string { return strings.ToUpper(string(a.Role[:1])) + string(a.Role[1:]) }

// DemoAccounts are the accounts of the demo.
func DemoAccounts() []Account {
	demo := func(name string, role ops.Role) Account {
		username := strings.ToLower(name)

		return Account{Username: username, Name: name, Email: username + "@graph-olap.example.com", Role: role}
	}

	return []Account{
		demo("Alice", ops.RoleAnalyst),
		demo("Bob", ops.RoleAnalyst),
		demo("Carol", ops.RoleAdmin),
		demo("Dave", ops.RoleOps),
		demo("Olga", ops.RoleOps),
	}
}

// The claims of the platform, beside the standard ones.
const (
	claimEmail = "https://api.graph-olap.example.com/email"
	claimRoles = "https://api.graph-olap.example.com/roles"
)

func (a Account) platformClaims() map[string]any {
	return map[string]any{claimEmail: a.Email, claimRoles: []string{string(a.Role)}}
}
