package e2e_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// as opens a page on which an account is signed in at path. How one signs in is the subject of
// few tests: for the others the browser is given the session, which costs it no five pages.
func (d *demo) as(t *testing.T, account, path string) *page {
	t.Helper()

	p := d.open(t)
	p.name = account

	_, err := chromedp.Call(p.ctx, network.SetCookies, network.SetCookiesParams{Cookies: d.session(t, account)})
	if err != nil {
		t.Fatal(err)
	}

	p.visit(path)

	if u, err := url.Parse(path); err != nil {
		t.Fatal(err)
	} else {
		p.at(u.Path)
	}

	return p
}

// session signs an account in by the same way, without a browser, and returns the cookies.
func (d *demo) session(t *testing.T, account string) []*network.CookieParam {
	t.Helper()

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	follow := func(method, address string) *url.URL {
		request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
		if err != nil {
			t.Fatal(err)
		}

		response, err := (&http.Client{Jar: jar, Timeout: patience}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()

		if response.StatusCode/100 != 2 && response.StatusCode != http.StatusForbidden {
			t.Fatalf("signing in, %s answers %s", response.Request.URL, response.Status)
		}

		return response.Request.URL
	}

	chooses := follow(http.MethodGet, d.url+"/auth/start")
	query := chooses.Query()
	query.Set("username", account)
	chooses.RawQuery = query.Encode()
	home := follow(http.MethodPost, chooses.String())

	var cookies []*network.CookieParam
	for _, c := range jar.Cookies(home) {
		cookies = append(cookies, &network.CookieParam{
			Name: c.Name, Value: c.Value, URL: d.url, HTTPOnly: true, SameSite: network.CookieSameSiteLax,
		})
	}

	if home.Path != "/" || len(cookies) == 0 {
		t.Fatalf("signing in as %s ended at %s with %d cookies, want / and a session", account, home, len(cookies))
	}

	return cookies
}
