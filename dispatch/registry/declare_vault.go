package registry

import "reflect"

// Kinds of the vault, the archive and the ledger: keys, what an erasure or a
// legal case needs, and evidence.
var (
	KindLink = &Kind{
		Name: "link", Prefix: "ln", Service: "flow", Store: Vault, Key: ByItem, Controller: ByKONE, Source: "device",
		Retention: WhileSubject, Sealed: Plain, Purposes: []Purpose{ToReidentify, ToFulfil}, record: reflect.TypeFor[Link](),
		Doc: "Leads from a randomized ID, which is its item, to the subject. It is opened for single cases only, and each is documented (FL:L21).",
		Fields: []Field{
			{"epoch", Technical, false, "of the key-encryption key that seals it"},
			{"sealed", LogData, false, "subject and building, sealed under the key-encryption key"},
		},
	}
	KindPendingErasure = &Kind{
		Name: "pending-erasure", Prefix: "pe", Store: Vault, Key: ByItem, Controller: ByKONE, Source: "system",
		Retention: UntilComplete, Sealed: Plain, Purposes: []Purpose{ToFulfil, ToRetain}, record: reflect.TypeFor[PendingErasure](),
		Doc: "An erasure under way, so that a restart completes it.",
		Fields: []Field{
			{"erasure", Evidence, false, "ID of the erasure in the ledger"},
			{"of", Technical, false, "ID of the subject"},
			{"cause", Evidence, false, "why"},
			{"scope", Technical, false, "which stores"},
			{"done", Technical, false, "last step that is complete"},
		},
	}
	KindPseudonyms = &Kind{
		Name: "pseudonyms", Prefix: "ps", Service: "flow", Store: Vault, Key: ByItem, Controller: ByKONE, Source: "device",
		Retention: WhileSubject, Sealed: Plain, Purposes: []Purpose{ToFulfil}, record: reflect.TypeFor[Pseudonyms](),
		Doc:    "A subject's randomized IDs, so that an erasure reaches what was logged under them. Nothing but the subject's key tells whose the list is: its item and what seals it are derived from that key.",
		Fields: []Field{{"list", LogData, false, "randomized IDs, sealed under a key derived from the subject's"}},
	}
	KindWrappedKey = &Kind{
		Name: "wrapped-key", Prefix: "wk", Store: Vault, Also: Building, Key: BySubject, Controller: ByKONE, Source: "system",
		Retention: WhileSubject, Sealed: Plain, Purposes: []Purpose{ToProvide, ToRetain}, record: reflect.TypeFor[WrappedKey](),
		Doc: "The key of a subject, a randomized ID or a legal case, wrapped under a key-encryption key that is a file outside all stores. Without it the sealed records cannot be read by anybody.",
		Fields: []Field{
			{"epoch", Technical, false, "of the key-encryption key"},
			{"wrapped", Technical, false, "nonce and ciphertext of the key"},
		},
	}
	KindHoldCase = &Kind{
		Name: "hold-case", Prefix: "hc", Store: Archive, Key: ByItem, Controller: ByKONE, Source: "system",
		Retention: WhileCase, Sealed: Plain, Purposes: []Purpose{ToDefend}, record: reflect.TypeFor[HoldCase](),
		Doc: "A legal case and the records that it holds (FL:L62).",
		Fields: []Field{
			{"reason", Evidence, false, "of the case, one of the list that the act hold has"},
			{"number", Evidence, true, "of the case in whoever's register it is"},
			{"records", Technical, false, "store and key of each record, with | between"},
			{"closed", Evidence, true, "when the case was closed"},
			{"deadline", Technical, true, "when the archive deletes the copies, once closed"},
		},
	}
	KindHeldRecord = &Kind{
		Name: "held-record", Prefix: "hr", Store: Archive, Key: BySubjectItem, Controller: ByKONE, Source: "system",
		Retention: WhileCase, Sealed: UnderSubject, Founds: true, Purposes: []Purpose{ToDefend}, record: reflect.TypeFor[HeldRecord](),
		Doc: "A copy of a record that a legal case holds (FL:L62). In place of a subject its key has the ID of the case, and it is sealed under the case's own key.",
		Fields: []Field{
			{"case", Evidence, false, "ID of the case"},
			{"store", Technical, false, "name of the store of the original"},
			{"key", Technical, false, "key of the original"},
			{"value", OtherPerson, false, "the original's JSON, its passwords and codes empty"},
			{"deadline", Technical, true, "when the archive deletes it, once the case is closed"},
		},
	}
	KindEntry = &Kind{
		Name: "ledger-entry", Prefix: "le", Store: Ledger, Key: BySequence, Controller: ByKONE, Source: "system",
		Retention: WhileAccountable, Sealed: Plain, Purposes: []Purpose{ToAudit, ToSecure}, record: reflect.TypeFor[Entry](),
		Doc: "Evidence of one act, such as an erasure, a consent or a transfer. It names nobody and is never changed.",
		Fields: []Field{
			{"act", Evidence, false, "one of the declared acts"},
			{"id", Evidence, false, "of the erasure, case, consent ..."},
			{"facts", Evidence, true, "values of the act's declared facts by name"},
			{"previous", Technical, false, "hash of the entry before"},
			{"hash", Technical, false, "hash of this entry"},
		},
	}
)
