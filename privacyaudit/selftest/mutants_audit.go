package selftest

import (
	"fmt"
	"path/filepath"

	"hoistway/privacyaudit"
)

// auditorMutants are wrong in the auditor, or give it evidence that it cannot
// read: such an audit has to end incomplete, and must not pass.
func auditorMutants() []Mutant {
	return []Mutant{
		{Name: "audit.vacuous_selector", What: "gives a rule a store in which there is nothing that it is about", auditor: func(_ *Bench, o *privacyaudit.Options) (string, error) {
			const id = "FL-4.4"
			for _, p := range o.Policies {
				for _, r := range p.Rules {
					if r.ID == id {
						r.Stores = []string{"archive"}
						return id, nil
					}
				}
			}
			return id, fmt.Errorf("no policy has the rule %s", id)
		}},
		{Name: "audit.no_ledger", What: "is given stores without the ledger", auditor: func(b *Bench, _ *privacyaudit.Options) (string, error) {
			return "FL-X-11", b.remove("stores/ledger")
		}},
		{Name: "audit.no_manifest", What: "is given a store without its manifest", auditor: func(b *Bench, _ *privacyaudit.Options) (string, error) {
			return "FL-4.1-present", b.remove("stores/cloud/MANIFEST")
		}},
		{Name: "audit.cut_table", What: "is given a table that ends in the middle", auditor: func(b *Bench, _ *privacyaudit.Options) (string, error) {
			return "FL-4.1-present", b.damage(func(table []byte) []byte { return table[:len(table)/2] })
		}},
		{Name: "audit.empty_table", What: "is given a table of no bytes", auditor: func(b *Bench, _ *privacyaudit.Options) (string, error) {
			return "FL-4.1-present", b.damage(func([]byte) []byte { return nil })
		}},
		{Name: "audit.flipped_byte", What: "is given a table in which one byte is another", auditor: func(b *Bench, _ *privacyaudit.Options) (string, error) {
			return "FL-4.1-present", b.damage(func(table []byte) []byte {
				table[len(table)/3] ^= 0x40
				return table
			})
		}},
	}
}

// damage changes the largest table of the cloud.
func (b *Bench) damage(change func(table []byte) []byte) error {
	tables, err := b.files(filepath.Join("stores", "cloud", "*.sst"))
	if err != nil || len(tables) == 0 {
		return fmt.Errorf("the cloud has no table: %w", err)
	}
	name := b.longest(tables)
	table, err := b.read(name)
	if err != nil {
		return err
	}
	return b.write(name, change(table))
}
