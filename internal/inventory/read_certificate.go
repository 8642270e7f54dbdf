package inventory

import (
	"strings"
	"time"

	"gatehouse/internal/certificate"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// readCertificate reads a certificate's DER. Its signature is not judged: whoever
// links it answers for where it comes from.
func readCertificate(der []byte) (certificate.Text, *refusal.Refusal) {
	text, err := certificate.Read(der)
	if err != nil {
		sentence := err.Error()
		return text, refusal.New(refusal.Invalid, "%s.", strings.ToUpper(sentence[:1])+sentence[1:])
	}
	return text, nil
}

// textRow are the columns of what a certificate says.
func textRow(t certificate.Text) store.Row {
	return store.Row{
		"serial": t.Serial, "subject": t.Subject, "issuer": t.Issuer, "not_before": t.NotBefore, "not_after": t.NotAfter, "sha256": t.SHA256, "der": t.DER,
		"subject_key": t.SubjectKey, "common_name": t.CommonName, "names": t.Names, "search_text": t.SearchText, "key_algorithm": t.KeyAlgorithm, "key_sha256": t.KeySHA256,
		"signature_algorithm": t.SignatureAlgorithm, "authority_key_id": t.AuthorityKeyID, "subject_key_id": t.SubjectKeyID, "is_ca": t.IsCA, "self_issued": t.SelfIssued,
		"read_as": certificate.ReadAs,
	}
}

// reminders are how long before its end a certificate's holder is reminded.
var reminders = []time.Duration{30 * 24 * time.Hour, 14 * 24 * time.Hour, 7 * 24 * time.Hour, 24 * time.Hour}

// nextReminder is the first of the reminders that lies ahead; nil when none does.
func nextReminder(now, notAfter time.Time) *time.Time {
	for _, before := range reminders {
		if at := notAfter.Add(-before); now.Before(at) {
			return &at
		}
	}
	return nil
}

// came are the columns of how a certificate came.
func came(source lifecycle.CertificateSource) store.Row {
	return store.Row{"source": source, "issued": source == lifecycle.SourceIssued, "imported": source == lifecycle.SourceImported, "discovered": source == lifecycle.SourceDiscovered}
}
