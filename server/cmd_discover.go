package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"gatehouse/internal/client"
	"gatehouse/internal/discover"
)

// discoverCommand looks for certificates on a network.
type discoverCommand struct {
	apiAddress
	Hosts        []string          `arg:"" optional:"" name:"host" placeholder:"HOST[:PORT]" help:"Names and addresses, each with a port or without; an address of version 6 with a port in brackets."`
	CIDR         []string          `name:"cidr" placeholder:"RANGE" help:"Ranges of addresses, such as 10.0.0.0/24; up to a /16 of version 4 or a /112 of version 6 each."`
	File         []string          `sep:"none" placeholder:"FILE" help:"Files with a host, an address or a range in each line, and comments behind a #."`
	Port         []string          `placeholder:"PORT" default:"443" help:"The ports to ask hosts at that are named without one; several with commas between them. Default 443."`
	BusinessUnit string            `placeholder:"KEY" help:"The key or id of the business unit that the certificates are for."`
	ServerName   string            `placeholder:"NAME" help:"The name to ask every host for (SNI). Left out: its own name, and none of an address."`
	StartTLS     discover.Protocol `name:"starttls" placeholder:"PROTOCOL" default:"auto" help:"How connections come to TLS: smtp, imap, pop3, ldap, postgres, none (with TLS at once), or auto, by the port: 25 and 587 smtp, 143 imap, 110 pop3, 389 ldap, 5432 postgres, any other none."`
	Rate         perSecond         `placeholder:"N/s" default:"50/s" help:"How many connections are begun in a second at most; N/m are so many in a minute. Default 50/s."`
	Parallel     int               `placeholder:"N" default:"64" help:"How many hosts are asked at once at most; 1 to 1024. Default 64."`
	Timeout      time.Duration     `placeholder:"TIME" default:"5s" help:"How long a connection may take, from the name to the certificate. Default 5s."`
	Report       string            `placeholder:"FILE" help:"Where what came of each host is written, as CSV; a new file."`
	DryRun       bool              `help:"Look, print what is found, and record nothing. Needs neither a token nor a business unit."`
	Yes          bool              `help:"Ask more than 65,536 hosts without asking back."`
}

// Help is what stands below the flags of --help.
func (c *discoverCommand) Help() string {
	return `Each host is asked for its certificate in a TLS handshake, by this machine and on your behalf: ask only networks that you may. Nothing is sent but the greeting, and nothing that is found is trusted: expired, self-signed and weak certificates are recorded as they are, each with host, port and time, in a seat of type DISCOVERY. Found again, only the time changes.

Ctrl-C ends it: what was found so far is recorded, and the exit status is 130. It is 1 when a certificate was refused, 2 when it could not go on, and else 0, whatever hosts did not answer.

  gatehouse discover www.example.com mail.example.com:25 --business-unit berlin
  gatehouse discover --cidr 10.0.0.0/24 --port 443,8443,636 --rate 20/s --dry-run
  gatehouse discover --file hosts.txt --business-unit berlin --report found.csv`
}

// manyTargets is how many hosts are asked without asking back.
const manyTargets = 1 << 16

// Run asks the hosts and reports what is found while it goes on.
func (c *discoverCommand) Run(ctx context.Context, s *settings, h host) error {
	return stuck(c.run(ctx, s, h))
}

func (c *discoverCommand) run(ctx context.Context, s *settings, h host) error {
	targets, err := c.targets()
	if err != nil {
		return err
	}
	stop, release := onSignals(ctx)
	defer release()
	found, err := c.finder(stop, s, h)
	if err != nil {
		return nothingDone(stop, err)
	}
	if err := c.confirmed(stop.gently, h, targets.Len()); err != nil {
		return nothingDone(stop, err)
	}
	if found.report, err = openCSVReport(c.Report, "host", "port", "result", "subject", "not_after", "sha256", "reason"); err != nil {
		return err
	}
	found.begin(h, targets.Len())
	err = found.all(stop, discover.Scan{
		Targets: targets.All(), Parallel: c.Parallel, PerSecond: float64(c.Rate), Now: h.clock,
		Prober: discover.Prober{Protocol: c.StartTLS, ServerName: c.ServerName, Timeout: c.Timeout},
	})
	return found.end(stop, err)
}

// targets reads what is to be asked. It refuses what would ask nothing.
func (c *discoverCommand) targets() (*discover.Targets, error) {
	if c.Parallel < 1 || c.Parallel > 1024 {
		return nil, fmt.Errorf("--parallel %d: it is a number from 1 to 1024", c.Parallel)
	}
	if c.Timeout < 10*time.Millisecond || c.Timeout > 5*time.Minute {
		return nil, fmt.Errorf("--timeout %s: it is a time from 10ms to 5m", c.Timeout)
	}
	if !c.DryRun && c.BusinessUnit == "" {
		return nil, errors.New("--business-unit KEY is missing: it names the business unit that the certificates are for; --dry-run looks without recording anything")
	}
	ports, err := discover.ReadPorts(c.Port)
	if err != nil {
		return nil, fmt.Errorf("--port: %w", err)
	}
	targets := discover.NewTargets(ports)
	for _, host := range c.Hosts {
		if err := targets.Add(host); err != nil {
			return nil, err
		}
	}
	for _, cidr := range c.CIDR {
		if err := targets.AddRange(cidr); err != nil {
			return nil, fmt.Errorf("--cidr: %w", err)
		}
	}
	for _, path := range c.File {
		if err := addHostFile(targets, path); err != nil {
			return nil, err
		}
	}
	if targets.Len() == 0 {
		return nil, errors.New("no host is named; name hosts, ranges with --cidr, or files of them with --file")
	}
	return targets, nil
}

// addHostFile reads a file of hosts.
func addHostFile(targets *discover.Targets, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return plainly(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	if err := targets.AddFile(file); err != nil {
		return fmt.Errorf("%s, %w", path, err)
	}
	return nil
}

// finder is what takes the results: it prints them in a dry run, else it records them
// through the API, whose business unit it looks up before anything is asked.
func (c *discoverCommand) finder(stop stopping, s *settings, h host) (*finding, error) {
	f := &finding{out: h.stdout, failures: map[discover.Kind]int{}}
	if c.DryRun {
		return f, nil
	}
	api, err := c.connect(s)
	if err != nil {
		return nil, err
	}
	units, err := api.Units(stop.gently, []string{c.BusinessUnit})
	if err != nil {
		return nil, err
	}
	f.recording = client.NewRecordDiscovered(api, units[0], f.recorded, func(why error, wait time.Duration) { f.bar.waiting(why, wait) })
	return f, nil
}

// confirmed asks before very many hosts are asked.
func (c *discoverCommand) confirmed(ctx context.Context, h host, n int) error {
	if n <= manyTargets || c.Yes {
		return nil
	}
	took := time.Duration(float64(n) / float64(c.Rate) * float64(time.Second)).Round(time.Minute)
	warning := fmt.Sprintf("This asks %s hosts and ports, for %s at %s", count(n), took, c.Rate)
	if !isTerminal(h.stdin) {
		return fmt.Errorf("%s. Name fewer, or repeat the command with --yes", warning)
	}
	return typed(ctx, h, warning, fmt.Sprintf("ask %d", n))
}
