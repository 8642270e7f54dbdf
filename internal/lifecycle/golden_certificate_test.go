package lifecycle

import (
	"bytes"
	"fmt"
	"text/tabwriter"
)

func matrixOfCertificates(b *bytes.Buffer) {
	heading(b, "Certificates: by role, within the renewal window and with nothing in the way, their time passed for EXPIRE; then, for somebody with every permission, by circumstance.")
	type column struct {
		title string
		set   func(*CertificateFacts)
	}
	var cs []column
	for _, r := range Roles {
		cs = append(cs, column{string(r), func(f *CertificateFacts) { f.Permissions = r.Permissions() }})
	}
	whole := func(title string, set func(*CertificateFacts)) {
		cs = append(cs, column{title, func(f *CertificateFacts) { f.Permissions = SetOf(Permissions...); set(f) }})
	}
	whole("before the window", func(f *CertificateFacts) { f.InRenewalWindow = false })
	whole("replaced", func(f *CertificateFacts) { f.Replaced = true })
	whole("being renewed", func(f *CertificateFacts) { f.ActiveExists = true })
	whole("seat is full", func(f *CertificateFacts) { f.SeatFull = true })
	whole("seat is gone", func(f *CertificateFacts) { f.SeatDeleted = true })
	whole("profile archived", func(f *CertificateFacts) { f.ProfileArchived = true })
	cs = append(cs, column{"system", func(f *CertificateFacts) { f.By = BySystem }})
	table := tabwriter.NewWriter(b, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprint(table, "action\tfrom")
	for _, c := range cs {
		fmt.Fprint(table, "\t", c.title)
	}
	fmt.Fprintln(table, "\tcertificates")
	for _, a := range allCertificateActions() {
		var blocks []block
		for _, o := range origins {
			var lines []string
			for _, from := range CertificateStatuses {
				line := string(from)
				for _, c := range cs {
					f := o.facts
					f.Status, f.InRenewalWindow, f.TimePassed = from, true, a == CertificateActExpire
					c.set(&f)
					switch to, no := DecideCertificate(f, a); {
					case no != nil:
						line += "\t" + short(no.Code)
					case to == from:
						line += "\tstays"
					default:
						line += "\t" + string(to)
					}
				}
				lines = append(lines, line)
			}
			blocks = append(blocks, block{o.name, lines})
		}
		for _, bl := range merged(blocks) {
			for _, line := range bl.lines {
				fmt.Fprintf(table, "%s\t%s\t%s\n", a, line, bl.title)
			}
		}
	}
	_ = table.Flush()
}
