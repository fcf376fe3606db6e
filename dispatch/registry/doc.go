// Package registry is the one writer of personal data: it stores what the
// Remote Call and Flow services know about people, decides who may access it,
// and destroys it in time.
//
// # Stores
//
// There is one Badger database for the provider's cloud, one for each
// building's server, and one each for analytics, the vault of keys, the
// archive of legal cases and the ledger of evidence. What may be stored is
// declared: a [Kind] says in which store its records lie, what their keys look
// like, who is controller, how long they are kept, and what each field is.
// FORMAT.md, the README's section on what is stored, the access matrix, the
// sweeper and erasure read these declarations, so nothing is stored that they
// do not describe.
//
// # Access
//
// All access goes through a [Handle], which carries a role and a purpose:
//
//	h := r.As(registry.RoleManager, registry.ToProvide).In("tower")
//	err := h.Put(registry.Ref{Kind: registry.KindPermission, Subject: s, Item: p}, &registry.Permission{...})
//
// The table in rules.go decides. What it does not name is a [Denied], and every
// decision is counted; see [Registry.Accesses].
//
// # Keys
//
// Values with personal data are sealed with AES-256-GCM under a random key of
// their subject, and bound to the store and key where they stand. The subjects'
// keys are wrapped under key-encryption keys, which are files outside of all
// stores. Keys of Badger, log lines and errors hold random IDs at most.
//
// # Contract
//
//   - The registry never reads a clock of its own: time is Options.Now.
//   - Badger's time to live is not used; it looks at the machine's clock and
//     leaves values on the disk.
//   - What Put and Do acknowledge survives the end of the process. It survives
//     the end of the machine once it was synced, which erasures, the durable
//     entries of the ledger and Close do.
//   - Deleting is not erasing: Delete hides a record, and only Erase, Remove
//     with Settle, and Sweep make its bytes go.
//
// It does not authenticate anybody: whoever makes a handle vouches for the
// role.
package registry

//go:generate go test -run TestDescriptions -update .
