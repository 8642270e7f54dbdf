package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// commands is the command line: the settings that every command shares, and one
// field per command, each in its own cmd_*.go. What a command reads of the settings
// stands in its tag, for --help (help.go).
type commands struct {
	config

	Dev     devCommand     `cmd:"" reads:"HTTP,Database,Keyset,Mail,Built-in certificate authority,Public certificate authority (ACME),Limits at the door,config" help:"Run everything for development: a private PostgreSQL, demo data, GraphiQL with sign-in."`
	Serve   serveCommand   `cmd:"" reads:"HTTP,Database,Keyset,Tokens,Mail,Built-in certificate authority,Public certificate authority (ACME),Limits at the door,Webhooks,config" help:"Run the server for production. Refuses to start on missing or unsafe settings, and lists them all."`
	Migrate migrateCommand `cmd:"" reads:"migrate-database-url,database-url,app-role,log-level,config" help:"Change the database's tables to what this binary needs."`
	Verify  verifyCommand  `cmd:"" reads:"database-url,migrate-database-url,data-dir,postgres-binaries,config" help:"Recount every licence counter against the rows and name each difference."`
	Keys    keysetCommand  `cmd:"" name:"keyset" help:"Make, list and rotate the keys that seal codes and secrets in the database."`
	Token   tokenCommand   `cmd:"" reads:"data-dir,config" help:"Print a development token, for dev only."`
	Seed    seedCommand    `cmd:"" reads:"database-url,migrate-database-url,data-dir,postgres-binaries,Keyset,Built-in certificate authority,Public certificate authority (ACME),log-level,config" help:"Fill an empty database with the demo organisation."`
	Seats   seatsCommand   `cmd:"" reads:"config" help:"Import seats from a CSV file, or export them to one, through the API."`

	Certificates certificatesCommand `cmd:"" reads:"config" help:"Import certificates from files and folders, through the API."`
	Discover     discoverCommand     `cmd:"" reads:"config" help:"Find the certificates that hosts on a network show, and record them through the API."`

	Version versionCommand `cmd:"" help:"Print the version."`
}

// BeforeResolve reads the configuration file before any setting is looked up in
// it. The flag goes before the environment, as everywhere.
func (c *commands) BeforeResolve(ctx *kong.Context, s *settings) error {
	path := s.environ["GATEHOUSE_CONFIG"]
	for _, flag := range ctx.Flags() {
		if given, ok := ctx.FlagValue(flag).(string); ok && flag.Name == "config" && given != "" {
			path = given
		}
	}
	if path == "" {
		return nil
	}
	return s.load(path)
}

const description = `Gatehouse manages certificate enrollments and the seat licences they use, through one GraphQL API.

A setting is taken from its flag, else from its environment variable, else from the file named by --config, else it has the default shown. Secrets can be named with _FILE behind the variable and are then read from that file.`

// parse reads the command line. It returns what to run, or an error that reads as
// one sentence per problem. It ends the process only for --help, through exit.
func parse(args []string, h host, build house, exit func(int)) (*kong.Context, error) {
	var c commands
	s := newSettings(h.environ)
	parser, err := kong.New(&c,
		kong.Name("gatehouse"),
		kong.Description(description),
		kong.Writers(h.stdout, h.stderr),
		kong.Exit(exit),
		kong.Resolvers(s),
		kong.Bind(s, &c.config, h, build),
		kong.ValueFormatter(describe),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 120}),
		kong.Help(help),
	)
	if err != nil {
		return nil, fmt.Errorf("building the command line: %w", err)
	}
	ctx, err := parser.Parse(args)
	var refused *kong.ParseError
	if errors.As(err, &refused) {
		if refused.Context != nil {
			switch name, _, _ := strings.Cut(refused.Context.Command(), " "); name {
			case "seats", "certificates":
				return nil, stuck(fmt.Errorf("%s\ngatehouse %s --help lists its commands, gatehouse %s import --help the flags of one", s.named(refused.Error()), name, name))
			case "discover":
				return nil, stuck(fmt.Errorf("%s\ngatehouse discover --help lists the flags, with examples; hosts stand one after the other, without a flag between them", s.named(refused.Error())))
			}
		}
		return nil, fmt.Errorf("%s\ngatehouse --help lists the commands, gatehouse serve --help the settings", s.named(refused.Error()))
	}
	return ctx, err
}

// describe is a setting's line in --help, with the names of its variables.
func describe(value *kong.Value) string {
	name := value.Tag.Get("setting")
	if name == "" {
		return value.Help
	}
	if value.Tag.Has("secret") {
		name += ", $" + name + "_FILE"
	}
	help := strings.TrimSuffix(value.Help, ".")
	if value.IsBool() && value.HasDefault { // of other kinds the default stands beside the name
		help += "; default " + value.Default
	}
	return help + " ($" + name + ")."
}
