package door

import (
	"errors"
	"fmt"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const (
	// remembered is how many documents are kept. A frontend has some dozens.
	remembered = 500
	// rememberedBytes is the longest document that is kept: anyone can send
	// documents, so what is kept must have a bound in bytes too.
	rememberedBytes = 16 << 10
)

// documents turns text into documents that are safe to execute, and remembers
// the ones that passed. It may be used by many goroutines at once: a document
// is never changed after it was validated.
type documents struct {
	schema *ast.Schema
	limits Limits
	passed *lru.Cache[string, *ast.QueryDocument]
}

func newDocuments(schema *ast.Schema, limits Limits) (*documents, error) {
	passed, err := lru.New[string, *ast.QueryDocument](remembered)
	if err != nil {
		return nil, fmt.Errorf("make the cache of documents: %w", err)
	}
	return &documents{schema: schema, limits: limits, passed: passed}, nil
}

// load parses, checks and validates a document, in this order: each step relies
// on the one before it for its own speed. The error is a *Refusal or what the
// parser and the validator found; refused() shows both.
func (d *documents) load(text string) (*ast.QueryDocument, error) {
	if doc, ok := d.passed.Get(text); ok {
		return doc, nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, d.limits.Tokens)
	if err != nil {
		return nil, d.unparsed(err)
	}
	if len(doc.Operations) == 0 {
		return nil, &Refusal{Code: BadUserInput, Message: "The document has no operation; begin it with query or mutation."}
	}
	if err := Check(doc, d.limits); err != nil {
		return nil, err
	}
	if list := validator.ValidateWithRules(d.schema, doc, rules.NewDefaultRules()); len(list) > 0 {
		return nil, list
	}
	if err := CheckLoops(doc); err != nil {
		return nil, err
	}
	if len(text) <= rememberedBytes {
		d.passed.Add(text, doc)
	}
	return doc, nil
}

// unparsed is the parser's error, with its token limit put as one of ours. The
// parser has no type for it, only this text, which no document can bring about
// otherwise: what the parser quotes stands in quotation marks.
func (d *documents) unparsed(err error) error {
	var parsing *gqlerror.Error
	if errors.As(err, &parsing) && parsing.Message == fmt.Sprintf("exceeded token limit of %d", d.limits.Tokens) {
		return tooMuch("The document has more than %d tokens; the limit is %d.", d.limits.Tokens, d.limits.Tokens)
	}
	return err
}

// pick is the operation that a request means.
func pick(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, error) {
	if op := doc.Operations.ForName(name); op != nil {
		return op, nil
	}
	names := make([]string, 0, len(doc.Operations))
	for _, op := range doc.Operations {
		names = append(names, fmt.Sprintf("%q", op.Name))
	}
	if name == "" {
		return nil, &Refusal{Code: BadUserInput, Message: fmt.Sprintf("The document has %d operations; name the one to run in operationName: %s.", len(names), strings.Join(names, ", "))}
	}
	return nil, &Refusal{Code: BadUserInput, Message: fmt.Sprintf("The document has no operation %q; it has %s.", name, strings.Join(names, ", "))}
}
