package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"gatehouse/internal/asset"
	"gatehouse/internal/lifecycle"
)

// downloadPatience is how long a client may take to read what it was sent, before it
// is given up: each part has so long, however long the whole is.
const downloadPatience = 30 * time.Second

// exportTypes are the media types of the formats (RFC 7111; NDJSON has none that is
// registered).
var exportTypes = map[lifecycle.ExportFormat]string{
	lifecycle.CSV:    "text/csv; charset=utf-8; header=present",
	lifecycle.NDJSON: "application/x-ndjson",
}

// download is an answer that is sent while it is made. Its headers go out with its
// first part, so that until then it can become an error instead.
type download struct {
	// begun: something was sent, and it can be nothing else any more.
	begun bool

	w      http.ResponseWriter
	name   string
	format lifecycle.ExportFormat
	zip    bool
	packed *gzip.Writer
	clock  func() time.Time
}

// newDownload is an answer that a browser saves under a name and the day, packed when
// the client takes that.
func newDownload(w http.ResponseWriter, r *http.Request, name string, format lifecycle.ExportFormat, clock func() time.Time) *download {
	return &download{w: w, name: name, format: format, zip: asset.TakesGzip(r), clock: clock}
}

// Write sends a part.
func (d *download) Write(part []byte) (int, error) {
	if err := d.begin(); err != nil {
		return 0, err
	}
	to := io.Writer(d.w)
	if d.packed != nil {
		to = d.packed
	}
	n, err := to.Write(part)
	if err != nil {
		return n, fmt.Errorf("send a part of a download: %w", err)
	}
	if d.packed != nil {
		if err := d.packed.Flush(); err != nil {
			return n, fmt.Errorf("send a part of a download: %w", err)
		}
	}
	return n, d.flush()
}

// begin sends the headers once, and gives the client time for the next part.
func (d *download) begin() error {
	connection := http.NewResponseController(d.w)
	if err := connection.SetWriteDeadline(d.clock().Add(downloadPatience)); err != nil {
		return fmt.Errorf("give a download more time: %w", err)
	}
	if d.begun {
		return nil
	}
	// The server's bound for reading a request would end this one while it is answered.
	if err := connection.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("give a download more time: %w", err)
	}
	d.begun = true
	header := d.w.Header()
	header.Set("Content-Type", exportTypes[d.format])
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.%s"`, d.name, d.clock().UTC().Format(time.DateOnly), strings.ToLower(string(d.format))))
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept-Encoding")
	if d.zip {
		header.Set("Content-Encoding", "gzip")
		d.packed, _ = gzip.NewWriterLevel(d.w, gzip.BestSpeed) // the level is one that there is
	}
	d.w.WriteHeader(http.StatusOK)
	return nil
}

// finish sends the end, without which the client knows that something is missing.
func (d *download) finish() error {
	if err := d.begin(); err != nil {
		return err
	}
	if d.packed != nil {
		if err := d.packed.Close(); err != nil {
			return fmt.Errorf("end a download: %w", err)
		}
	}
	return d.flush()
}

func (d *download) flush() error {
	if err := http.NewResponseController(d.w).Flush(); err != nil {
		return fmt.Errorf("send a part of a download: %w", err)
	}
	return nil
}
