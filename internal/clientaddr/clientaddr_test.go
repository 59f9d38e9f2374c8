package clientaddr_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/graph-olap/opsconsole/internal/clientaddr"
)

func TestWhoseAddressItIs(t *testing.T) {
	t.Parallel()

	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}

	for name, test := range map[string]struct {
		trusted []netip.Prefix
		peer    string
		said    []string
		want    string
	}{
		"nobody is trusted":            {nil, "10.0.0.1:99", []string{"192.0.2.7"}, "10.0.0.1"},
		"no proxy":                     {proxies, "192.0.2.7:99", nil, "192.0.2.7"},
		"a stranger who lies":          {proxies, "192.0.2.7:99", []string{"198.51.100.1"}, "192.0.2.7"},
		"one proxy":                    {proxies, "10.0.0.1:99", []string{"192.0.2.7"}, "192.0.2.7"},
		"two proxies":                  {proxies, "10.0.0.1:99", []string{"192.0.2.7, 10.9.9.9"}, "192.0.2.7"},
		"two headers":                  {proxies, "10.0.0.1:99", []string{"192.0.2.7", "10.9.9.9"}, "192.0.2.7"},
		"behind what was made up":      {proxies, "10.0.0.1:99", []string{"10.1.1.1, 198.51.100.1, 192.0.2.7"}, "192.0.2.7"},
		"behind what is no address":    {proxies, "10.0.0.1:99", []string{"'; DROP, 192.0.2.7"}, "192.0.2.7"},
		"no address":                   {proxies, "10.0.0.1:99", []string{"192.0.2.7, unknown"}, "10.0.0.1"},
		"no address further on":        {proxies, "10.0.0.1:99", []string{"unknown, 10.0.0.2"}, "10.0.0.2"},
		"empty":                        {proxies, "10.0.0.1:99", []string{""}, "10.0.0.1"},
		"ends with a comma":            {proxies, "10.0.0.1:99", []string{"192.0.2.7,"}, "10.0.0.1"},
		"proxies alone":                {proxies, "10.0.0.1:99", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"with a port":                  {proxies, "10.0.0.1:99", []string{"192.0.2.7:1234"}, "192.0.2.7"},
		"IPv6":                         {proxies, "[fd00::1]:99", []string{"2001:db8::7"}, "2001:db8::7"},
		"IPv6 in brackets":             {proxies, "[fd00::1]:99", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv6 with a port":             {proxies, "[fd00::1]:99", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		"IPv4 as IPv6":                 {proxies, "[::ffff:10.0.0.1]:99", []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
		"with a zone":                  {proxies, "[fd00::1%eth0]:99", []string{"fe80::7%eth0"}, "fe80::7"},
		"a peer that has no address":   {proxies, "@", []string{"192.0.2.7"}, "@"},
		"a peer with no port":          {proxies, "192.0.2.7", nil, "192.0.2.7"},
		"the loopback is no exception": {proxies, "127.0.0.1:99", []string{"192.0.2.7"}, "127.0.0.1"},
	} {
		r := &http.Request{RemoteAddr: test.peer, Header: http.Header{clientaddr.Header: test.said}}

		if got := clientaddr.From(test.trusted)(r); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}
