package registry

import "slices"

// What an entry of the ledger says in words comes from closed lists, so that no
// name can slip in; whoever needs to say more gives the number of a case in a
// register of their own.
var (
	incidentReasons        = []string{"door-found-open", "forced-entry", "theft", "damage", "threat", "accident", "key-misused", "service-breached"}
	holdReasons            = []string{"claim", "dispute", "accident", "proceedings", "law-requires"}
	instructionReasons     = []string{"defect", "accident", "incident", "statistics"}
	troubleshootingReasons = []string{"no-picture", "dark-picture", "no-sound", "no-connection", "installation"}
	authorities            = []string{"police", "prosecutor", "court", "customs", "tax", "border-guard", "data-protection", "safety"}
	laws                   = []string{"police-law", "criminal-procedure", "court-order", "customs-law", "tax-law", "border-law", "data-protection-law", "safety-law"}
	mechanisms             = []string{"adequacy", "SCC", "BCR"}
)

// IncidentReasons are those for which an incident is opened.
func IncidentReasons() []string { return slices.Clone(incidentReasons) }

// HoldReasons are those for which a legal case holds records.
func HoldReasons() []string { return slices.Clone(holdReasons) }

// InstructionReasons are those for which a Manager has us work with their
// building's logs.
func InstructionReasons() []string { return slices.Clone(instructionReasons) }

// TroubleshootingReasons are those for which staff connect to a camera.
func TroubleshootingReasons() []string { return slices.Clone(troubleshootingReasons) }

// Authorities are those that may demand records.
func Authorities() []string { return slices.Clone(authorities) }

// Laws are those that may demand and allow a disclosure.
func Laws() []string { return slices.Clone(laws) }

// Mechanisms are the legal bases on which data leave the EEA: a decision of
// adequacy, standard contractual clauses, binding corporate rules.
func Mechanisms() []string { return slices.Clone(mechanisms) }

// ValidNumber tells whether a text is the number of a case or organisation as
// the ledger takes it, such as C-2026-17 or ORG-4.
func ValidNumber(number string) bool { return forms[FormNumber].MatchString(number) }
