package finding

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schemaJSON []byte

// JSONSchema is the JSON schema of what [Write] writes, for readers in other
// languages. It says less than [Read] checks: that the summary and the exit
// code follow from the rules cannot be said in a schema.
func JSONSchema() []byte { return slices.Clone(schemaJSON) }
