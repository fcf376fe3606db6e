package main

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/BurntSushi/toml"

	"hoistway/dispatch/gateway"
)

// readClients gives the applications of --clients, or one that is made up.
func (f *serveFlags) readClients(made *serving) ([]gateway.Client, error) {
	if f.clients == "" {
		made.Client, made.Secret = "hoistway", rand.Text()
		return []gateway.Client{{ID: made.Client, Secret: made.Secret}}, nil
	}
	var file struct {
		Client map[string]struct {
			Secret string
			Scopes []string
		}
	}
	refuse := func(format string, args ...any) error {
		return badInput{fmt.Errorf("--clients %s: %w", f.clients, fmt.Errorf(format, args...))}
	}
	meta, err := toml.DecodeFile(f.clients, &file)
	if err != nil {
		return nil, refuse("%w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, refuse("unknown key %s: want [client.ID] with secret and, if it is not to have everything, scopes", unknown[0])
	}
	var clients []gateway.Client
	for id, c := range file.Client {
		if len(c.Secret) < 16 {
			return nil, refuse("the secret of client %q has %d characters: want 16 at least", id, len(c.Secret))
		}
		clients = append(clients, gateway.Client{ID: id, Secret: c.Secret, Scopes: c.Scopes})
	}
	if len(clients) == 0 {
		return nil, refuse("it names no client: want [client.ID] with a secret")
	}
	slices.SortFunc(clients, func(a, b gateway.Client) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return clients, nil
}

// certificate gives the configuration of TLS; nil is plain HTTP, which never
// leaves the machine.
func (f *serveFlags) certificate(loopback bool, made *serving) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	switch {
	case (f.cert == "") != (f.key == ""):
		return nil, errors.New("--cert and --key go together")
	case f.cert != "":
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, fmt.Errorf("--cert %s, --key %s: %w", f.cert, f.key, err)
		}
		c.Certificates = []tls.Certificate{pair}
	case f.tls:
		pair, err := gateway.LocalhostCertificate()
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{pair}
		made.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))
		if f.format == "text" {
			fmt.Fprintln(os.Stderr, "the certificate made up for localhost; clients have to be told to trust it:")
			fmt.Fprint(os.Stderr, made.CA)
		}
	case !loopback:
		return nil, fmt.Errorf("--addr %s: tokens and keys would travel in the clear; give --cert and --key, or listen on a loopback address such as 127.0.0.1:8080", f.addr)
	default:
		return nil, nil
	}
	return c, nil
}
