package auth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/auth"
)

func TestLocalPath(t *testing.T) {
	t.Parallel()

	for _, test := range []struct{ target, want string }{
		{"/", "/"},
		{"/jobs", "/jobs"},
		{"/history?actor=dave&at=2026-01-01T00:00:00Z", "/history?actor=dave&at=2026-01-01T00:00:00Z"},
		{"/a/%2F%2Fb?next=//evil.example.com", "/a/%2F%2Fb?next=//evil.example.com"},
		{"/a?next=https://evil.example.com", "/a?next=https://evil.example.com"},
		{"/%5Cevil.example.com", "/%5Cevil.example.com"},
		{"", "/"},
		{"jobs", "/"},
		{"?x", "/"},
		{"//evil.example.com", "/"},
		{"///evil.example.com", "/"},
		{`/\evil.example.com`, "/"},
		{`\\evil.example.com`, "/"},
		{`/a\b`, "/"},
		{"/\t/evil.example.com", "/"},
		{"/\n/evil.example.com", "/"},
		{"\t//evil.example.com", "/"},
		{" //evil.example.com", "/"},
		{"/a b", "/"},
		{"/\x00", "/"},
		{"/\x7f", "/"},
		{"/\u0085", "/"},
		{"/é", "/"},
		{"/\xff", "/"},
		{"https://evil.example.com", "/"},
		{"javascript:alert(1)", "/"},
		{"data:text/html,x", "/"},
		{"/%zz", "/"},
		{"/" + strings.Repeat("a", 1999), "/" + strings.Repeat("a", 1999)},
		{"/" + strings.Repeat("a", 2000), "/"},
	} {
		if got := auth.LocalPath(test.target); got != test.want {
			t.Errorf("LocalPath(%q) = %q, want %q", test.target, got, test.want)
		}
	}
}

// FuzzLocalPath reads the result as browsers do: they drop tabs and line ends, trim
// spaces, and take a backslash for a slash.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{
		"/", "/jobs?x=1", "//evil.example.com", "/\\evil", "/\t/evil", " //evil", "/%2f/evil", "/.//evil", "/..//evil", "javascript:x",
	} {
		f.Add(seed)
	}

	base, err := url.Parse("https://console.example.com/auth/callback")
	if err != nil {
		f.Fatal(err)
	}

	browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/")

	f.Fuzz(func(t *testing.T, target string) {
		got := auth.LocalPath(target)
		if got != target && got != "/" {
			t.Errorf("LocalPath(%q) = %q, want it as it is or /", target, got)
		}

		seen := browser.Replace(strings.TrimSpace(got))
		if seen != got || !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") {
			t.Errorf("LocalPath(%q) = %q, which a browser reads as %q, want a path on this host", target, got, seen)
		}

		landed, err := base.Parse(got)
		if err != nil || landed.Host != base.Host || landed.Scheme != base.Scheme || landed.User != nil {
			t.Errorf("LocalPath(%q) leads to %v (%v), want this host", target, landed, err)
		}

		if again := auth.LocalPath(got); again != got {
			t.Errorf("LocalPath(%q) = %q, and of that %q, want the same", target, got, again)
		}
	})
}
