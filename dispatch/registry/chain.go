package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// chainHash is the hash of an entry in a chain: hex SHA-256 over the hash of
// the entry before, as text, and the entry's JSON without its field "hash",
// with the names of all objects in order, without white space and without
// escapes that JSON does not demand. A stranger gets the same bytes from the
// stored JSON whatever the order of its fields.
func chainHash(previous string, entry any) (string, error) {
	b, err := json.Marshal(entry)
	if err != nil {
		return "", fmt.Errorf("entry of a chain: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		return "", fmt.Errorf("entry of a chain: %w", err)
	}
	delete(fields, "hash")
	var canonical bytes.Buffer
	e := json.NewEncoder(&canonical)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		return "", fmt.Errorf("entry of a chain: %w", err)
	}
	sum := sha256.New()
	sum.Write([]byte(previous))
	sum.Write(bytes.TrimSuffix(canonical.Bytes(), []byte("\n")))
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// SubjectRef names a subject in the ledger. IDs are 128 random bits: once they
// are destroyed elsewhere, nobody can tell whose hash it is.
func SubjectRef(subject ID) string { return hexHash("erased|" + string(subject)) }

// pseudonymRef names a randomized ID in the ledger.
func pseudonymRef(pseudonym ID) string { return hexHash("pseudonym|" + string(pseudonym)) }

// recordRef names one record of a store in the ledger.
func recordRef(store string, key []byte) string { return hexHash(store + "|" + string(key)) }

func hexHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
