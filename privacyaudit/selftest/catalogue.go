package selftest

import "slices"

// Catalogue is every mutant there is, by subject.
func Catalogue() []Mutant {
	return slices.Concat(ledgerMutants(), erasureMutants(), schemaMutants(), configMutants())
}
