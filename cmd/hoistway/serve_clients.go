package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	var place toml.ParseError
	if errors.As(err, &place) { // whose text may hold half a secret
		return nil, refuse("line %d is not TOML; a secret stands in quotes", place.Position.Line)
	}
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
	slices.SortFunc(clients, func(a, b gateway.Client) int { return strings.Compare(a.ID, b.ID) })
	return clients, nil
}
