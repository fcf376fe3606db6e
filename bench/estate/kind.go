package estate

import (
	"fmt"

	"hoistway/scenarios"
)

// ActKind says what an act is, whatever the scenario calls it. The list is
// closed: an auditor finds acts by these words.
type ActKind string

// The kinds. What a resident does:
const (
	actSignUp         ActKind = "sign-up"
	actAdmitted       ActKind = "admitted" // by the Manager
	actCall           ActKind = "call"     // that was refused; trips.ndjson has the others
	actUpload         ActKind = "upload"   // that was refused
	actKeyCreated     ActKind = "key-created"
	actKeyRevoked     ActKind = "key-revoked"
	actIntercom       ActKind = "intercom" // somebody rang at their door
	actSubUserAdded   ActKind = "sub-user-added"
	actSubUserRemoved ActKind = "sub-user-removed"
	actPreference     ActKind = "preference"
	actFellSilent     ActKind = "fell-silent"
	actMovedOut       ActKind = "moved-out" // the Manager said so
)

// Rights, and what comes of accounts that end:
const (
	actExport     ActKind = "export"
	actCorrect    ActKind = "correct"
	actErase      ActKind = "erase"
	actObject     ActKind = "object"
	actPort       ActKind = "port"
	actImpostor   ActKind = "impostor"    // somebody asked in another's name
	actErased     ActKind = "erased"      // the account is gone, for the reason in the facts
	actPhoneAsked ActKind = "phone-asked" // of an account that is gone
	actPhoneWiped ActKind = "phone-wiped"
	actPhoneKept  ActKind = "phone-kept" // it never heard that the account is gone
)

// What the provider and its staff do:
const (
	actHold         ActKind = "hold"
	actRelease      ActKind = "release"
	actReidentify   ActKind = "re-identify"
	actDisclose     ActKind = "disclose"
	actTransfer     ActKind = "transfer"
	actTroubleshoot ActKind = "troubleshoot"
	actKeyAuditRead ActKind = "key-audit-read"
	actBackup       ActKind = "backup"
	actRestore      ActKind = "restore"
	actRestart      ActKind = "restart"
	actHandOver     ActKind = "hand-over"
	actServiceEnded ActKind = "service-ended"
)

// scriptedKind is the kind of what a scenario scripts.
func scriptedKind(k scenarios.EventKind) ActKind {
	switch k {
	case scenarios.SubUserAdded:
		return actSubUserAdded
	case scenarios.SubUserRemoved:
		return actSubUserRemoved
	case scenarios.PreferenceSet:
		return actPreference
	case scenarios.FellSilent:
		return actFellSilent
	case scenarios.MovedOut:
		return actMovedOut
	case scenarios.Reviewed:
		return actExport
	case scenarios.Corrected:
		return actCorrect
	case scenarios.Erased:
		return actErase
	case scenarios.Objected:
		return actObject
	case scenarios.Ported:
		return actPort
	case scenarios.Impostor:
		return actImpostor
	case scenarios.Held:
		return actHold
	case scenarios.Released:
		return actRelease
	case scenarios.Reidentified:
		return actReidentify
	case scenarios.Disclosed:
		return actDisclose
	case scenarios.Transferred:
		return actTransfer
	case scenarios.Troubleshot:
		return actTroubleshoot
	case scenarios.KeyAuditRead:
		return actKeyAuditRead
	case scenarios.BackedUp:
		return actBackup
	case scenarios.Restored:
		return actRestore
	case scenarios.Restarted:
		return actRestart
	case scenarios.HandedOver:
		return actHandOver
	case scenarios.ServiceEnded:
		return actServiceEnded
	}
	panic(fmt.Sprintf("BUG: estate: no kind of act for event kind %d", k))
}
