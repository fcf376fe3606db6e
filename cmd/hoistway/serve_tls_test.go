package main

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
)

// What serve itself listens with begins at TLS 1.2.
func TestServedTLSBeginsAt12(t *testing.T) {
	f := &serveFlags{tls: true, format: "json"}
	c, err := f.certificate(io.Discard, false, &serving{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		version uint16
		ok      bool
	}{{tls.VersionTLS10, false}, {tls.VersionTLS11, false}, {tls.VersionTLS12, true}, {tls.VersionTLS13, true}} {
		ours, theirs := net.Pipe()
		go func() {
			_ = tls.Server(theirs, c).Handshake()
			_ = theirs.Close()
		}()
		err := tls.Client(ours, &tls.Config{InsecureSkipVerify: true, MinVersion: row.version, MaxVersion: row.version}).Handshake()
		if (err == nil) != row.ok {
			t.Errorf("%s: %v, want success %v", tls.VersionName(row.version), err, row.ok)
		}
		_ = ours.Close()
	}
}
