package inventory

import (
	"context"

	"gatehouse/internal/certlint"
)

// LintCertificate judges the certificate by the rules of the sources; nil means
// those that hold for every certificate. As many are judged at once as the machine
// has processors, since it is all computing; the others wait, and whoever has gone
// meanwhile is not judged for.
func (i *Inventory) LintCertificate(ctx context.Context, c *Certificate, sources []certlint.Source) ([]*certlint.Finding, error) {
	if sources == nil {
		sources = []certlint.Source{certlint.RFC}
	}
	select {
	case i.linting <- struct{}{}:
		defer func() { <-i.linting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return certlint.Lint(ctx, c.der, sources)
}
