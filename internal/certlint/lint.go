package certlint

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zmap/zcrypto/x509"
	_ "github.com/zmap/zlint/v3" // registers the rules
	"github.com/zmap/zlint/v3/lint"
)

// Lint judges a certificate by the rules of the sources, each once, and returns what
// is wrong with it: the worst first, then by the rules' names. A certificate that the
// linter cannot read is one FATAL finding, and so is a rule that breaks over it.
// The error is the context's: between two rules it is asked whether anybody still waits.
func Lint(ctx context.Context, der []byte, sources []Source) ([]*Finding, error) {
	findings := []*Finding{}
	if len(sources) == 0 {
		return findings, nil
	}
	parsed, err := parse(der)
	if err != nil {
		return []*Finding{{
			Name: "certificate_unreadable", Severity: Fatal, Source: sources[0],
			Description: "The linter reads certificates more strictly than they are kept here, and could not read this one.", Details: clean(err.Error()),
		}}, nil
	}
	rules := lint.GlobalRegistry()
	for n, source := range sources {
		if slices.Contains(sources[:n], source) {
			continue
		}
		for _, of := range of[source] {
			for _, rule := range rules.CertificateLints().BySource(of) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				if f := judge(rule, parsed, rules.GetConfiguration()); f != nil {
					f.Source = source
					findings = append(findings, f)
				}
			}
		}
	}
	slices.SortFunc(findings, func(a, b *Finding) int {
		return cmp.Or(slices.Index(Severities, a.Severity)-slices.Index(Severities, b.Severity), cmp.Compare(a.Name, b.Name))
	})
	return findings, nil
}

// of are the linter's sources behind each of ours.
var of = map[Source]lint.SourceList{
	RFC:       {lint.RFC3279, lint.RFC5280, lint.RFC5480, lint.RFC5891, lint.RFC6960, lint.RFC6962, lint.RFC8813},
	CABFBR:    {lint.CABFBaselineRequirements},
	CABFEV:    {lint.CABFEVGuidelines},
	CABFCS:    {lint.CABFCSBaselineRequirements},
	CABFSMIME: {lint.CABFSMIMEBaselineRequirements},
	Program:   {lint.MozillaRootStorePolicy, lint.AppleRootStorePolicy, lint.ChromeRootStorePolicy, lint.EtsiEsi},
	Community: {lint.Community},
}

// severity is what a status of the linter's says; empty where nothing is wrong.
var severity = map[lint.LintStatus]Severity{lint.Notice: Notice, lint.Warn: Warning, lint.Error: Error, lint.Fatal: Fatal}

// parse reads the certificate as the linter does.
func parse(der []byte) (c *x509.Certificate, err error) {
	defer func() {
		if broke := recover(); broke != nil {
			c, err = nil, fmt.Errorf("reading it broke: %v", broke)
		}
	}()
	if why, err := tooHeavy(der); err != nil {
		return nil, err
	} else if why != "" {
		return nil, fmt.Errorf("its signature, which is its own, was not checked: %s", why)
	}
	return x509.ParseCertificate(der)
}

// judge judges a certificate by one rule; nil when nothing is wrong.
func judge(rule *lint.CertificateLint, c *x509.Certificate, configuration lint.Configuration) *Finding {
	f := &Finding{Name: rule.Name, Description: rule.Description, Citation: rule.Citation}
	if why := heavy(c.PublicKey); why != "" && rule.Name == computing(c.PublicKey) && rule.CheckEffective(c) {
		f.Severity, f.Details = Fatal, "not tried: "+why
		return f
	}
	result := execute(rule, c, configuration)
	if result == nil {
		f.Severity, f.Details = Fatal, "the rule has no answer"
		return f
	}
	if f.Severity = severity[result.Status]; f.Severity == "" {
		return nil
	}
	f.Details = clean(result.Details)
	return f
}

// execute runs a rule, whatever it does.
func execute(rule *lint.CertificateLint, c *x509.Certificate, configuration lint.Configuration) (result *lint.LintResult) {
	defer func() {
		if broke := recover(); broke != nil {
			result = &lint.LintResult{Status: lint.Fatal, Details: fmt.Sprintf("the rule broke: %v", broke)}
		}
	}()
	return rule.Execute(c, configuration)
}

// longestDetails bounds what is told of a finding, in bytes: a rule may repeat the
// certificate.
const longestDetails = 1000

// clean is a linter's text as it may be shown: some hold bytes of the certificate.
func clean(s string) string {
	if len(s) > longestDetails {
		s = s[:longestDetails] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
