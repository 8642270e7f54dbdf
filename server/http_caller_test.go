package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWhoCalled(t *testing.T) {
	t.Parallel()
	ours := []string{"10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"}
	for _, row := range []struct {
		name       string
		proxies    []string
		connection string
		forwarded  []string
		want       string
	}{
		{"the connection's other end", nil, "203.0.113.9:1234", nil, "203.0.113.9"},
		{"a header of anybody's is not believed", nil, "203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9"},
		{"nor that of somebody who is no proxy of ours", ours, "203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9"},
		{"who called our proxy", ours, "10.1.2.3:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a proxy that is named alone", ours, "192.0.2.7:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		{"its neighbour is not", ours, "192.0.2.8:1234", []string{"198.51.100.1"}, "192.0.2.8"},
		{"what the caller put before is not believed", ours, "10.1.2.3:1234", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"nor when it is our own address", ours, "10.1.2.3:1234", []string{"10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies in a row", ours, "10.1.2.3:1234", []string{"1.1.1.1, 198.51.100.1, 192.0.2.7"}, "198.51.100.1"},
		{"each in a header of its own", ours, "10.1.2.3:1234", []string{"198.51.100.1", "192.0.2.7"}, "198.51.100.1"},
		{"all are ours", ours, "10.1.2.3:1234", []string{"10.0.0.1, 10.0.0.2"}, "10.0.0.1"},
		{"our proxy says nothing", ours, "10.1.2.3:1234", nil, "10.1.2.3"},
		{"our proxy says nonsense", ours, "10.1.2.3:1234", []string{"198.51.100.1, unknown"}, "10.1.2.3"},
		{"with a port", ours, "10.1.2.3:1234", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		{"IPv6", ours, "[2001:db8:1::5]:1234", []string{"2001:db8:2::9"}, "2001:db8:2::9"},
		{"IPv6 in brackets", ours, "[2001:db8:1::5]:1234", []string{"[2001:db8:2::9]"}, "2001:db8:2::9"},
		{"IPv6 with a port", ours, "[2001:db8:1::5]:1234", []string{"[2001:db8:2::9]:80"}, "2001:db8:2::9"},
		{"IPv4 as IPv6 from the connection", ours, "[::ffff:10.1.2.3]:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		{"IPv4 as IPv6 from the proxy", ours, "10.1.2.3:1234", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"a zone", nil, "[fe80::1%eth0]:1234", nil, "fe80::1"},
		{"no address", ours, "@", []string{"198.51.100.1"}, "@"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			trusted, err := readProxies(row.proxies)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = row.connection
			for _, value := range row.forwarded {
				r.Header.Add("X-Forwarded-For", value)
			}
			if got := trusted.client(r); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestProxiesRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"proxy.example.com": "neither an address nor a network",
		"10.0.0.0/33":       "neither an address nor a network",
		"":                  "neither an address nor a network",
		"0.0.0.0/0":         "which is everybody",
		"::/0":              "which is everybody",
	} {
		if _, err := readProxies([]string{"10.0.0.0/8", text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
