package receiver

import (
	"net/netip"
	"strings"
	"testing"

	"gatehouse/internal/refusal"
)

func TestWhichAddressesAreCalled(t *testing.T) {
	t.Parallel()
	strict, open := New(Options{}), New(Options{AllowPrivate: true})
	for address, kind := range map[string]string{
		"8.8.8.8": "", "93.184.216.34": "", "100.63.255.255": "", "100.128.0.1": "", "172.15.0.1": "", "172.32.0.1": "", "223.255.255.255": "", "192.167.1.1": "",
		"2606:4700::1111": "", "2a00:1450:4001:80b::200e": "",
		"0.0.0.0": ownAddress, "0.1.2.3": ownAddress, "127.0.0.1": ownAddress, "127.255.255.254": ownAddress, "::1": ownAddress, "::": ownAddress,
		"10.0.0.1": privateAddress, "172.16.0.1": privateAddress, "172.31.255.255": privateAddress, "192.168.1.1": privateAddress,
		"100.64.0.1": privateAddress, "100.127.255.255": privateAddress, "fc00::1": privateAddress, "fd12:3456::1": privateAddress,
		"169.254.169.254": linkAddress, "fe80::1": linkAddress, "fe80::1%eth0": linkAddress, "febf::1": linkAddress,
		"224.0.0.1": groupAddress, "239.255.255.255": groupAddress, "ff02::1": groupAddress,
		"240.0.0.1": specialAddress, "255.255.255.255": specialAddress, "192.0.0.8": specialAddress, "192.0.2.1": specialAddress, "198.18.0.1": specialAddress,
		"198.51.100.7": specialAddress, "203.0.113.9": specialAddress, "2001:db8::1": specialAddress, "2001::1": specialAddress, "3fff::1": specialAddress,
		"4000::1": specialAddress, "fec0::1": specialAddress, "5f00::1": specialAddress, "100::1": specialAddress,
		"::ffff:127.0.0.1": ownAddress, "::ffff:10.0.0.1": privateAddress, "::ffff:169.254.169.254": linkAddress, "::ffff:8.8.8.8": "",
		"::7f00:1": wrappedAddress, "64:ff9b::7f00:1": wrappedAddress, "64:ff9b:1::1": wrappedAddress, "2002:7f00:1::1": wrappedAddress, "192.88.99.1": wrappedAddress,
	} {
		if got := classOf(netip.MustParseAddr(address)); got != kind {
			t.Errorf("%s is %q, want %q", address, got, kind)
		}
		end := netip.AddrPortFrom(netip.MustParseAddr(address), 443).String()
		err := strict.mayConnect(end)
		if (err != nil) != (kind != "") {
			t.Errorf("connecting to %s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), address) {
			t.Errorf("the sentence tells the address: %v", err)
		}
		if err := open.mayConnect(end); (err != nil) != (kind == linkAddress) || err != nil && strings.Contains(err.Error(), "operator") {
			t.Errorf("connecting to %s where the operator allows private addresses: %v", address, err)
		}
	}
	for _, unreadable := range []string{"", "localhost:80", "1.2.3:80", "/run/socket"} {
		if strict.mayConnect(unreadable) == nil || open.mayConnect(unreadable) == nil {
			t.Errorf("%q may be connected to", unreadable)
		}
	}
}

func TestWhichURLsAreTaken(t *testing.T) {
	t.Parallel()
	strict, open := New(Options{}), New(Options{AllowPrivate: true})
	for _, c := range []struct {
		url             string
		strict, allowed refusal.Code
	}{
		{"https://hooks.example.com/gatehouse?team=pki", "", ""},
		{"https://hooks.example.com:8443", "", ""},
		{"https://93.184.216.34/", "", ""},
		{"https://[2606:4700::1111]/", "", ""},
		{"http://hooks.example.com/", refusal.AddressNotAllowed, ""},
		{"http://127.0.0.1:8080/hook", refusal.AddressNotAllowed, ""},
		{"https://127.0.0.1/", refusal.AddressNotAllowed, ""},
		{"https://[::ffff:10.0.0.1]/", refusal.AddressNotAllowed, ""},
		{"https://[fe80::1%25eth0]/", refusal.AddressNotAllowed, refusal.AddressNotAllowed},
		{"http://169.254.169.254/latest/meta-data/", refusal.AddressNotAllowed, refusal.AddressNotAllowed},
		{"https://[::ffff:169.254.169.254]/", refusal.AddressNotAllowed, refusal.AddressNotAllowed},
		{"https://[fd12:3456::1]/", refusal.AddressNotAllowed, ""},
		{"https://localhost/", refusal.AddressNotAllowed, ""},
		{"https://LOCALHOST./", refusal.AddressNotAllowed, ""},
		{"https://db.localhost/", refusal.AddressNotAllowed, ""},
		{"https://ada:secret@hooks.example.com/", refusal.AddressNotAllowed, refusal.AddressNotAllowed},
		{"https://hooks.example.com/#top", refusal.AddressNotAllowed, refusal.AddressNotAllowed},
		{"https://hooks.example.com/#", refusal.AddressNotAllowed, refusal.AddressNotAllowed},
		{"ftp://hooks.example.com/", refusal.AddressNotAllowed, refusal.AddressNotAllowed},
		{"file:///etc/passwd", refusal.Invalid, refusal.Invalid},
		{"gopher:hooks", refusal.Invalid, refusal.Invalid},
		{"hooks.example.com", refusal.Invalid, refusal.Invalid},
		{"https://", refusal.Invalid, refusal.Invalid},
		{"https://:443/", refusal.Invalid, refusal.Invalid},
		{"https://hooks.example.com:0/", refusal.Invalid, refusal.Invalid},
		{"https://hooks.example.com:65536/", refusal.Invalid, refusal.Invalid},
		{"https://hooks.example.com/a b", refusal.Invalid, refusal.Invalid},
		{"https:\\\\hooks.example.com", refusal.Invalid, refusal.Invalid},
		{"https://hooks.example.com/\r\nHost: x", refusal.Invalid, refusal.Invalid},
		{"https://hooks.example.com/" + strings.Repeat("x", 2000), refusal.Invalid, refusal.Invalid},
		{"", refusal.Invalid, refusal.Invalid},
	} {
		for name, row := range map[string]struct {
			client *Client
			want   refusal.Code
		}{"strict": {strict, c.strict}, "allowed": {open, c.allowed}} {
			no := row.client.Check(c.url)
			switch {
			case (no == nil) != (row.want == ""), no != nil && no.Code != row.want:
				t.Errorf("%s: %.60q is answered %v, want %q", name, c.url, no, row.want)
			case no != nil && (len(no.Field) != 2 || no.Field[1] != "url"):
				t.Errorf("%s: %.60q points at %v", name, c.url, no.Field)
			}
		}
	}
}
