package main

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"hoistway/dispatch/gateway"
)

// certificate gives the configuration of TLS; nil is plain HTTP, which never
// leaves the machine.
func (f *serveFlags) certificate(errs io.Writer, loopback bool, made *serving) (*tls.Config, error) {
	switch {
	case (f.cert == "") != (f.key == ""):
		return nil, errors.New("--cert and --key go together")
	case f.cert != "":
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, fmt.Errorf("--cert %s, --key %s: %w", f.cert, f.key, err)
		}
		return gateway.TLSConfig(pair), nil
	case f.tls:
		pair, err := gateway.LocalhostCertificate()
		if err != nil {
			return nil, err
		}
		made.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))
		if f.format == "text" {
			fmt.Fprintln(errs, "the certificate made up for localhost; clients have to be told to trust it:")
			fmt.Fprint(errs, made.CA)
		}
		return gateway.TLSConfig(pair), nil
	case !loopback:
		return nil, fmt.Errorf("--addr %s: tokens and keys would travel in the clear; give --cert and --key, or listen on a loopback address such as 127.0.0.1:8080", f.addr)
	}
	return nil, nil
}
