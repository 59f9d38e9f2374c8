package basepath_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/graph-olap/opsconsole/internal/basepath"
)

func at(t *testing.T, public string) basepath.Site {
	t.Helper()

	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}

	return basepath.Of(u)
}

func TestLinksLeadBelowThePath(t *testing.T) {
	t.Parallel()

	const html = `<a href="/jobs?q=%22">href=&#34;/text</a><img src="/static/x.svg"><form action="/save"><button formaction="/other">` +
		`<a href="//cdn.example.com/x"><a href="https://example.com/"><a href="#top"><input value="/jobs">`

	for public, want := range map[string]string{
		"https://ops.example.com":  html,
		"https://ops.example.com/": html,
		"https://intranet.example/ops/": `<a href="/ops/jobs?q=%22">href=&#34;/text</a><img src="/ops/static/x.svg"><form action="/ops/save">` +
			`<button formaction="/ops/other"><a href="//cdn.example.com/x"><a href="https://example.com/"><a href="#top"><input value="/jobs">`,
	} {
		if got := string(at(t, public).Links([]byte(html))); got != want {
			t.Errorf("at %s:\n%s\nwant\n%s", public, got, want)
		}
	}
}

func TestRequestsLoseThePath(t *testing.T) {
	t.Parallel()

	s := at(t, "https://intranet.example/a/ops")

	for asked, want := range map[string]string{
		"/a/ops":            "/",
		"/a/ops/":           "/",
		"/a/ops?q=1":        "/?q=1",
		"/a/ops/jobs?q=/":   "/jobs?q=/",
		"/a/ops/x%2Fy":      "/x%2Fy",
		"/jobs":             "/jobs", // by a proxy that takes the path away
		"/a/opsconsole":     "/a/opsconsole",
		"/a/ops//evil.test": "/a/ops//evil.test",
	} {
		r := s.Enter(httptest.NewRequest(http.MethodGet, asked, nil))
		if got := r.URL.RequestURI(); got != want {
			t.Errorf("%s is %s, want %s", asked, got, want)
		}

		if got := s.Without(asked); got != want {
			t.Errorf("%s without the path is %s, want %s", asked, got, want)
		}
	}

	var outside string

	s.Outside(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { outside = r.URL.Path })).
		ServeHTTP(httptest.NewRecorder(), s.Enter(httptest.NewRequest(http.MethodGet, "/a/ops/demo-idp/keys", nil)))

	if outside != "/a/ops/demo-idp/keys" {
		t.Errorf("outside it is %s", outside)
	}
}

func TestAnswersLeadBelowThePath(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"Location", "HX-Redirect", "HX-Push-Url", "HX-Replace-Url"} {
		for to, want := range map[string]string{
			"/jobs": "/ops/jobs", "https://idp.example.com/": "https://idp.example.com/", "//evil.test/": "//evil.test/",
		} {
			header := http.Header{}
			header.Set(name, to)
			at(t, "https://intranet.example/ops").Leave(header)

			if got := header.Get(name); got != want {
				t.Errorf("%s: %s leads to %s, want %s", name, to, got, want)
			}
		}
	}

	header := http.Header{"Refresh": {"0; url=/login"}}
	at(t, "https://intranet.example/ops").Leave(header)

	if got := header.Get("Refresh"); got != "0; url=/ops/login" {
		t.Errorf("got %s", got)
	}
}

func TestCookiesAreOfTheConsoleAlone(t *testing.T) {
	t.Parallel()

	for public, want := range map[string][2]string{
		"https://ops.example.com":      {"__Host-x", "/"},
		"https://intranet.example/ops": {"__Secure-x", "/ops"},
		"http://127.0.0.1:8080":        {"x", "/"},
		"http://127.0.0.1:8080/ops":    {"x", "/ops"},
	} {
		s := at(t, public)
		if got := [2]string{s.CookieName("x"), s.CookiePath()}; got != want {
			t.Errorf("at %s: %v, want %v", public, got, want)
		}
	}
}
