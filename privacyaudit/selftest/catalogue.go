package selftest

import "slices"

// Catalogue is every mutant there is, by subject.
func Catalogue() []Mutant {
	return slices.Concat(
		schemaMutants(), configMutants(), valueMutants(), wireMutants(), idMutants(), peopleMutants(),
		ledgerMutants(), erasureMutants(), rightMutants(), requestMutants(), roleMutants(), auditorMutants(),
	)
}
