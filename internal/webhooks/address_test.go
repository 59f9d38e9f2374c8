package webhooks_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/webhooks"
)

func networks(tb testing.TB, texts ...string) []netip.Prefix {
	tb.Helper()

	out := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		out = append(out, netip.MustParsePrefix(text))
	}

	return out
}

func TestCheckURL(t *testing.T) {
	t.Parallel()

	c := webhooks.Config{
		AllowedHosts:    []string{"hooks.slack.com", "*.Example.com", "127.0.0.1", "::1", "10.0.0.5"},
		AllowedNetworks: networks(t, "127.0.0.0/8", "10.0.0.0/8"),
	}

	for _, good := range []string{
		"https://hooks.slack.com/services/T0/B0/x", "https://HOOKS.slack.com", "https://a.example.com", "https://a.b.example.com:8443/x?y=%20z",
		"https://127.0.0.1", "http://127.0.0.1:8080/x", "https://[::1]/", "https://10.0.0.5/",
		"https://hooks.slack.com:443/", "https://10.0.0.5:1024/",
	} {
		if _, err := c.CheckURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}

	for _, bad := range []string{
		"", "hooks.slack.com", "//hooks.slack.com", "http://hooks.slack.com", "ftp://hooks.slack.com", "file:///etc/passwd", "javascript:alert(1)",
		"https://", "https:hooks.slack.com", "https:/hooks.slack.com", "https://example.com", "https://example.com.evil.example", "https://aexample.com",
		"https://.example.com", "https://hooks.slack.com.", "https://hooks.slack.com@evil.example", "https://user@hooks.slack.com",
		"https://user:pass@hooks.slack.com", "https://hooks.slack.com#x", "https://hooks.slack.com/#", "https://evil.example/?hooks.slack.com",
		"https://hooks.slack.com\\@evil.example", "https://hooks.slack.com\n", " https://hooks.slack.com", "https://hooks.slack.com/a b",
		"https://hooks.slack.com/\x00", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::ffff:127.0.0.1]/",
		"http://[::1]/", "http://10.0.0.5/", "http://localhost/", "https://höoks.slack.com", "https://hooks.slack.com/\xff",
		"https://hooks.slack.com/" + strings.Repeat("x", 2000), "https://[::1%25eth0]/", "https://127.0.0.1:port/",
		"https://hooks.slack.com:22/", "https://hooks.slack.com:1023/", "https://hooks.slack.com:0/", "https://hooks.slack.com:65536/",
		"http://127.0.0.1:25/",
	} {
		if u, err := c.CheckURL(bad); err == nil {
			t.Errorf("%q was taken for %s", bad, u)
		}
	}

	for _, hosts := range [][]string{nil, {""}, {"*."}, {"*"}} {
		none := webhooks.Config{AllowedHosts: hosts}
		if _, err := none.CheckURL("https://hooks.slack.com/"); err == nil {
			t.Errorf("with %q allowed everything is", hosts)
		}
	}
}

// FuzzCheckURL holds every address that is taken to what net/http makes of it.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{
		"https://hooks.slack.com/services/x", "https://a.example.com:8443/?q=1", "http://127.0.0.1:8080/", "https://hooks.slack.com@evil.example/",
		"https://evil.example\\@hooks.slack.com/", "https://[::1]:1/", "https://hooks.slack.com:443@evil.example", "HTTPS://HOOKS.SLACK.COM",
		"https://hooks.slack.com%2eevil.example", "https://hooks.slack.com\t.evil.example", "https://a.example.com/%0d%0aHost:%20x", "https://a.example.com:",
	} {
		f.Add(seed)
	}

	c := webhooks.Config{AllowedHosts: []string{"hooks.slack.com", "*.example.com", "127.0.0.1"}, AllowedNetworks: networks(f, "127.0.0.0/8")}

	f.Fuzz(func(t *testing.T, raw string) {
		u, err := c.CheckURL(raw)
		if err != nil {
			return
		}

		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.String(), http.NoBody)
		if err != nil {
			t.Fatalf("%q was taken, and cannot be asked: %v", raw, err)
		}

		host := r.URL.Hostname()
		known := host == "hooks.slack.com" || host == "127.0.0.1" || strings.HasSuffix(host, ".example.com")
		plain := r.URL.Scheme == "http" && host == "127.0.0.1"

		if !known || r.URL.Scheme != "https" && !plain || r.URL.User != nil || r.URL.Fragment != "" ||
			r.Host != r.URL.Host || strings.ContainsAny(u.String(), " \r\n\\") {
			t.Errorf("%q was taken for %s, host %s", raw, r.URL, r.Host)
		}
	})
}

func TestPublic(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]bool{
		"1.1.1.1": true, "52.10.20.30": true, "172.15.0.1": true, "172.32.0.1": true, "100.63.0.1": true, "2606:4700::1111": true,
		"2a00:1450::1": true, "::ffff:1.1.1.1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "100.127.255.255": false, "127.0.0.1": false,
		"127.255.0.1": false, "169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false, "192.0.0.1": false, "192.0.2.1": false,
		"192.88.99.1": false, "192.168.1.1": false, "198.18.0.1": false, "198.19.255.255": false, "198.51.100.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false,
		"64:ff9b:1::1": false, "100::1": false, "2001::1": false, "2001:db8::1": false, "2002:7f00:1::": false, "3fff::1": false, "5f00::1": false,
		"fc00::1": false, "fd12:3456::1": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false,
	} {
		if got := webhooks.AddressAllowed(webhooks.Config{}, netip.MustParseAddr(text)); got != want {
			t.Errorf("%s may be dialled: %v, want %v", text, got, want)
		}
	}

	c := webhooks.Config{AllowedNetworks: networks(t, "10.1.0.0/16", "fd00::/8")}

	for text, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "fd12::1": true, "fd12::1%eth0": false, "fc00::1": false, "127.0.0.1": false,
	} {
		if got := webhooks.AddressAllowed(c, netip.MustParseAddr(text)); got != want {
			t.Errorf("with networks of our own %s may be dialled: %v, want %v", text, got, want)
		}
	}
}
