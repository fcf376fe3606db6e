package estate

// ActKinds lists all kinds.
func ActKinds() []ActKind {
	return []ActKind{
		actSignUp, actAdmitted, actCall, actUpload, actKeyCreated, actKeyRevoked, actIntercom, actSubUserAdded, actSubUserRemoved, actPreference, actFellSilent, actMovedOut,
		actExport, actCorrect, actErase, actObject, actPort, actImpostor, actErased, actPhoneAsked, actPhoneWiped, actPhoneKept,
		actHold, actRelease, actReidentify, actDisclose, actTransfer, actTroubleshoot, actKeyAuditRead, actBackup, actRestore, actRestart, actHandOver, actServiceEnded,
	}
}
