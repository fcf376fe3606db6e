package registry

// The declared kinds. declareKinds fills in Fields from the table there and
// the record types.
var (
	KindRemoteCallAccount = kind("remote-call-account")
	KindFlowProfile       = kind("flow-profile")
	KindFlowPreferences   = kind("flow-preferences")
	KindVisitorKey        = kind("visitor-key")
	KindSubUser           = kind("sub-user")
	KindObjection         = kind("objection")
	KindKeyAudit          = kind("key-audit")
	KindUsageLog          = kind("usage-log")
	KindBuildingPerson    = kind("building-person")
	KindPermission        = kind("permission")
	KindKeyTag            = kind("key-tag")
	KindBuildingLog       = kind("building-log")
	KindAggregateCell     = kind("aggregate-cell")
	KindWrappedKey        = kind("wrapped-key")
	KindLink              = kind("link")
	KindPseudonyms        = kind("pseudonyms")
	KindPendingErasure    = kind("pending-erasure")
	KindHeldRecord        = kind("held-record")
	KindHoldCase          = kind("hold-case")
	KindEntry             = kind("ledger-entry")
)

// Kinds lists all kinds, in the order of stores and prefixes.
func Kinds() []*Kind { panic("not yet") }

func kind(name string) *Kind { return &Kind{Name: name} }
