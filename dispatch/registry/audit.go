package registry

// Anchor is where a building's key audit begins, once older entries are gone:
// the last entry that went. It stands in the ledger, written before the
// entries go.
type Anchor struct {
	Building string `json:"building"`
	Sequence uint64 `json:"sequence"`
	Hash     string `json:"hash"` // of that entry
}

// For act.go (the ledger's table of acts): this package also records
//
//	{"key-audit-anchor", "The oldest entries of a building's key audit went; the chain of those that stay begins after this one.", []Fact{
//		factBuilding, {Name: "sequence", Form: FormCount, Doc: "of the last entry that went"}, {Name: "hash", Form: FormRef, Doc: "of that entry"}}}
const ActKeyAuditAnchor = "key-audit-anchor"
