package inventory

import (
	"slices"
	"strings"

	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// lead is what a list of certificates is read by beside the status: what an index has
// in front of the order, or is made for alone. All else is asked of each row.
type lead struct {
	units bool       // a few business units
	named *dimension // values that the filter names
	flag  string     // what is so, by a partial index
}

// leads are the ways in which the list can be led, the most promising first: nobody
// knows without looking which finds a page among the fewest rows, and so the next one
// is tried before a list is refused as too broad.
func (l *certificateList) leads() (all []lead) {
	units := l.units != nil && len(l.units) <= mostUnits
	named, flags := l.named(), l.flags()
	if units {
		for _, f := range flags {
			if f.ofUnit {
				all = append(all, lead{units: true, flag: f.is})
			}
		}
		if len(all) == 0 {
			all = []lead{{units: true}}
		}
	}
	for n := range named {
		if len(named[n].values)*len(l.statuses) <= mostArms {
			all = append(all, lead{named: &named[n]})
		}
	}
	for _, f := range flags {
		if !units || !f.ofUnit {
			all = append(all, lead{flag: f.is})
		}
	}
	if len(all) == 0 {
		all = []lead{{}}
	}
	return all
}

// dimensions are the columns by which the list is divided, the status first. What the
// lead leaves of the filter's lists of values becomes residual; business units that are
// too many to lead are asked of each row, since those of a viewer's are most of the table.
func (l *certificateList) dimensions(m *page.Merge) (by []dimension, where []string) {
	by = []dimension{{"status", "text", asTexts(l.statuses)}}
	units := dimension{"business_unit_id", "uuid", asTexts(l.units)}
	switch {
	case l.units == nil:
	case l.led().units:
		by = append(by, units)
	case len(l.units) > mostUnits:
		where = append(where, "c.business_unit_id = ANY("+m.Arg(pq.Array(l.units))+"::uuid[])")
	default:
		m.Residual = append(m.Residual, units.any(m))
	}
	for _, d := range l.named() {
		if led := l.led().named; led != nil && led.column == d.column {
			by = append(by, d)
		} else {
			m.Residual = append(m.Residual, d.any(m))
		}
	}
	return by, where
}

// led is the lead that the list is read by now.
func (l *certificateList) led() lead { return l.leads()[l.way] }

// named are the columns whose values the filter names and which have an index for each
// order, the one of most values first.
func (l *certificateList) named() (all []dimension) {
	for _, d := range []dimension{
		{"authority_key_id", "text", l.filter.AuthorityKeyIDs},
		{"signature_algorithm", "text", l.filter.SignatureAlgorithms},
		{"key_algorithm", "text", l.filter.KeyAlgorithms},
	} {
		if d.values != nil {
			all = append(all, d)
		}
	}
	return all
}

// flag is a condition on what is or is not so that partial indexes are made for: of all
// business units together, and of each where ofUnit says so.
type flag struct {
	is     string
	ofUnit bool
}

// flags are those that the view and the filter ask for, the rarest first, each once.
func (l *certificateList) flags() (all []flag) {
	f := l.filter
	add := func(asked bool, is flag) {
		if asked && !slices.Contains(all, is) {
			all = append(all, is)
		}
	}
	add(f.IsCa != nil && *f.IsCa, flag{"is_ca", true})
	add(l.view == CertificatesUnassigned || f.HasSeat != nil && !*f.HasSeat, flag{"NOT assigned", true})
	add(l.view == CertificatesDiscovered, flag{"discovered", true})
	if ways := intersection(lifecycle.CertificateSources, f.Sources); len(ways) == 1 {
		is := strings.ToLower(string(ways[0]))
		add(true, flag{is, is == "discovered"})
	}
	return all
}

// flagged is the flag that leads; the others, and what no index is made for, become
// residual.
func (l *certificateList) flagged(m *page.Merge) (where []string) {
	f, a := l.filter, m.Alias+"."
	left := func(asked bool, condition string) {
		if asked {
			m.Residual = append(m.Residual, condition)
		}
	}
	qualified := func(is string) string {
		if column, not := strings.CutPrefix(is, "NOT "); not {
			return "NOT " + a + column
		}
		return a + is
	}
	for _, is := range l.flags() {
		if is.is == l.led().flag {
			where = append(where, qualified(is.is))
		} else {
			left(true, qualified(is.is))
		}
	}
	ways := intersection(lifecycle.CertificateSources, f.Sources)
	left(f.Sources != nil && len(ways) != 1, "("+cameBy(a, ways)+")")
	left(len(f.ExcludeSources) > 0, "NOT ("+cameBy(a, f.ExcludeSources)+")")
	left(f.IsCa != nil && !*f.IsCa, "NOT "+a+"is_ca")
	left(f.HasSeat != nil && *f.HasSeat, a+"assigned")
	left(f.HasEnrollment != nil && *f.HasEnrollment, a+"enrollment_id IS NOT NULL")
	left(f.HasEnrollment != nil && !*f.HasEnrollment, a+"enrollment_id IS NULL")
	return where
}

// cameBy is the condition that a certificate came in one of the ways.
func cameBy(alias string, sources []lifecycle.CertificateSource) string {
	var ways []string
	for _, source := range intersection(lifecycle.CertificateSources, sources) {
		ways = append(ways, alias+strings.ToLower(string(source)))
	}
	if len(ways) == 0 {
		return "FALSE"
	}
	return strings.Join(ways, " OR ")
}
