package auth_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/auth"
)

func TestClaimPath(t *testing.T) {
	t.Parallel()

	const document = `{
		"roles": ["ops", "", 7, "Platform Admins"],
		"role": "ops",
		"words": "analyst ops,admin,  x",
		"blank": "",
		"none": [],
		"null": null,
		"number": 3,
		"object": {"a": "b"},
		"realm_access.groups": ["literal"],
		"realm_access": {"roles": ["admin"], "groups": ["nested"], "a.b": {"x/y": ["pointed"], "~": "tilde", "~1": "both"}},
		"https://api.graph-olap.example.com/roles": ["ops"],
		"/slash/first": ["literal pointer"],
		"slash": {"first": ["not this"]},
		"list": [{"roles": ["first"]}, {"roles": ["second"]}],
		"": {"": ["empty names"]}
	}`

	var claims map[string]any
	if err := json.Unmarshal([]byte(document), &claims); err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct {
		path string
		want []string
		ok   bool
	}{
		{"roles", []string{"ops", "Platform Admins"}, true},
		{"role", []string{"ops"}, true},
		{"words", []string{"analyst", "ops", "admin", "x"}, true},
		{"blank", nil, true},
		{"none", nil, true},
		{"null", nil, false},
		{"number", nil, false},
		{"object", nil, false},
		{"missing", nil, false},
		{"realm_access.roles", []string{"admin"}, true},
		{"realm_access.missing", nil, false},
		{"realm_access.roles.deeper", nil, false},
		{"realm_access.groups", []string{"literal"}, true},
		{"https://api.graph-olap.example.com/roles", []string{"ops"}, true},
		{"https://api.graph-olap.example.com/other", nil, false},
		{"/https:~1~1api.graph-olap.example.com~1roles", []string{"ops"}, true},
		{"/realm_access/groups", []string{"nested"}, true},
		{"/realm_access/a.b/x~1y", []string{"pointed"}, true},
		{"/realm_access/a.b/~0", []string{"tilde"}, true},
		{"/realm_access/a.b/~01", []string{"both"}, true},
		{"/slash/first", []string{"literal pointer"}, true},
		{"/list/1/roles", []string{"second"}, true},
		{"/list/2/roles", nil, false},
		{"/list/-1/roles", nil, false},
		{"/list/x/roles", nil, false},
		{"//", []string{"empty names"}, true},
	} {
		path, err := auth.ParseClaimPath(test.path)
		if err != nil {
			t.Errorf("%s: %v, want it taken", test.path, err)

			continue
		}

		got, ok := path.Strings(claims)
		if !slices.Equal(got, test.want) || ok != test.ok {
			t.Errorf("%s: %q, %v, want %q, %v", test.path, got, ok, test.want, test.ok)
		}

		if path.String() != test.path {
			t.Errorf("%s is written %s, want it as it was read", test.path, path)
		}
	}

	for _, bad := range []string{"", "/a~b", "/a~2b", "/~"} {
		if _, err := auth.ParseClaimPath(bad); err == nil {
			t.Errorf("ParseClaimPath(%q) takes it", bad)
		}
	}
}
