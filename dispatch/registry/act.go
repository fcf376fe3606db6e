package registry

import (
	"fmt"
	"slices"
	"strings"
)

// Act declares one act that the ledger records, and the facts that belong to
// it. The table is closed: Append refuses an act, a fact or a form of a fact
// that is not declared, so that nobody's data can slip into evidence that is
// never erased.
type Act struct {
	Name  string
	Doc   string
	Facts []Fact
}

// Fact declares one fact of an act.
type Fact struct {
	Name     string // a name that ends in "*" stands for all names that go on with a store, a kind or a number
	Form     Form
	Optional bool
	Doc      string
	Of       []string // of a FormChoice
}

// The acts that this package itself records.
const (
	ActErasureIntended  = "erasure-intended"
	ActErasureSettled   = "erasure-settled"
	ActErasureVerified  = "erasure-verified"
	ActInstructed       = "phones-instructed"
	ActReferral         = "referral"
	ActRemoved          = "removed"
	ActCorrected        = "corrected"
	ActConsent          = "consent"
	ActNotice           = "notice"
	ActIncident         = "incident"
	ActKeyAuditRead     = "key-audit-read"
	ActReidentifyAsked  = "reidentification-requested"
	ActReidentified     = "reidentification-answered"
	ActReidentifyDenied = "reidentification-refused"
	ActAgreement        = "agreement"
	ActTransfer         = "transfer"
	ActLegalBasis       = "legal-basis"
	ActDisclosure       = "disclosure"
	ActHold             = "hold"
	ActRelease          = "release"
	ActBackup           = "backup"
	ActRestore          = "restore"
	ActHandOver         = "hand-over"
	ActServiceEnded     = "service-ended"
	ActObjection        = "objection"
	ActIdentityRefused  = "identity-refused"
	ActRequest          = "request"
	ActInstruction      = "instruction"
	ActBuildingLogRead  = "building-log-read"
	ActKeyCreated       = "key-created"
	ActKeyDestroyed     = "key-destroyed"
	ActKeyHandedOver    = "key-handed-over"
	ActKeyRotation      = "key-rotation"
	ActTestCost         = "test-cost-profile"
	ActTroubleshooting  = "troubleshooting"
	ActSwept            = "swept"
)

// Acts lists all acts in the order in which FORMAT.md describes them.
func Acts() []Act { return acts }

var causes = []string{string(CauseRequest), string(CauseMovedOut), string(CauseInactive), string(CauseServiceEnd), string(CauseRelease)}

// The facts that many acts have.
var (
	factRef      = Fact{Name: "ref", Form: FormRef, Doc: "the subject, as hex SHA-256 of \"erased|\" and its ID"}
	factRecord   = Fact{Name: "ref", Form: FormRef, Doc: "the record, as hex SHA-256 of its store, \"|\" and its key"}
	factBuilding = Fact{Name: "building", Form: FormBuilding, Doc: "the building"}
	factNumber   = Fact{Name: "number", Form: FormNumber, Optional: true, Doc: "of the case in whoever's register it is"}
	factService  = Fact{Name: "service", Form: FormWord, Doc: "remote-call or flow"}
	factRing     = Fact{Name: "ring", Form: FormRing, Doc: "whose key-encryption keys: provider, or the store of a building"}
)

// choice declares a fact that is one of a closed list.
func choice(name, doc string, list []string) Fact {
	return Fact{Name: name, Form: FormChoice, Doc: doc + ": " + strings.Join(list, ", "), Of: list}
}

// holds tells whether a value has the fact's form.
func (f *Fact) holds(r *Registry, value string) bool {
	if f.Form == FormChoice {
		return slices.Contains(f.Of, value)
	}
	return f.Form.holds(r, value)
}

func optional(f Fact) Fact { f.Optional = true; return f }

var acts = []Act{
	{ActErasureIntended, "An erasure begins; it stands here before anything is deleted. The ID is the erasure's.", []Fact{
		factRef, {Name: "cause", Form: FormWord, Doc: "why the records go: " + strings.Join(causes, ", ")},
	}},
	{ActErasureSettled, "The erasure's certificate: the deletions are physical and on the disk.", []Fact{
		factRef, {Name: "cause", Form: FormWord, Doc: "as intended"},
		{Name: "requested", Form: FormInstant, Doc: "when the erasure was intended"},
		{Name: "store-*", Form: FormOutcome, Doc: "what became of the records in the store of that name, and of how many"},
	}},
	{ActErasureVerified, "A copy of all stores was decoded and searched for what the erasure should have destroyed, and nothing was found.", []Fact{
		factRef, {Name: "stores", Form: FormCount, Doc: "stores copied"}, {Name: "versions", Form: FormCount, Doc: "physical versions of records decoded"},
	}},
	{ActInstructed, "The instruction to delete waits for, or has reached, the phones of an erased subject; nobody can certify that they did. The ID is the erasure's.", []Fact{
		{Name: "phones", Form: FormCount, Doc: "how many"},
	}},
	{ActReferral, "A request about data for which a Manager answers was passed on to that Manager. The ID is that of the erasure or request.", []Fact{
		factBuilding, optional(factRef), optional(factService), {Name: "kinds", Form: FormWords, Optional: true, Doc: "of records"}, {Name: "records", Form: FormCount, Optional: true, Doc: "how many"},
	}},
	{ActRemoved, "One record was deleted for good.", []Fact{factRecord, {Name: "kind", Form: FormWord, Doc: "of the record"}, {Name: "store", Form: FormStore, Doc: "where it stood"}}},
	{ActCorrected, "One record was corrected; its former value is gone.", []Fact{factRecord, {Name: "kind", Form: FormWord, Doc: "of the record"}, {Name: "store", Form: FormStore, Doc: "where it stands"}, {Name: "fields", Form: FormWords, Optional: true, Doc: "names of the fields"}}},
	{ActConsent, "A user attested, before entering another person's data, that this person agreed. The ID is the consent's, and the record names it.", []Fact{
		factRef, {Name: "for", Form: FormWord, Doc: "visitor-key or sub-user"}, {Name: "of", Form: FormID, Optional: true, Doc: "the key or sub-user"},
		{Name: "guardian", Form: FormYesNo, Optional: true, Doc: "the user holds parental responsibility"}, optional(factBuilding),
	}},
	{ActNotice, "A Manager informed a person the first time that data about them were collected.", []Fact{factRef, factBuilding, factService}},
	{ActIncident, "An incident was opened, the grounds on which key audits may be read.", []Fact{choice("reason", "why", incidentReasons), factNumber, optional(factBuilding), {Name: "opened-by", Form: FormStaff, Optional: true, Doc: "ordinal of staff"}}},
	{ActKeyAuditRead, "A building's key audit was read.", []Fact{{Name: "incident", Form: FormID, Doc: "the grounds"}, factBuilding, {Name: "entries", Form: FormCount, Doc: "how many were read"}}},
	{ActKeyAuditAnchor, "The oldest entries of a building's key audit went; the chain of those that stay begins after this one.", []Fact{
		factBuilding, {Name: "sequence", Form: FormCount, Doc: "of the last entry that went"}, {Name: "hash", Form: FormRef, Doc: "of that entry"},
	}},
	{ActReidentifyAsked, "A case asks for subjects behind randomized IDs; it stands here, on disk, before a link is opened. The ID is the case's.", []Fact{
		{Name: "reason", Form: FormWord, Doc: "of the closed list"}, {Name: "requester", Form: FormStaff, Doc: "ordinal of staff"}, {Name: "approver", Form: FormStaff, Doc: "ordinal of other staff"},
		{Name: "pseudonyms", Form: FormCount, Doc: "how many"}, {Name: "pseudonym-*", Form: FormRef, Doc: "each, as hex SHA-256 of \"pseudonym|\" and the ID"},
	}},
	{ActReidentified, "The links of a case were opened.", []Fact{{Name: "known", Form: FormCount, Doc: "of the case's IDs"}, {Name: "unknown", Form: FormCount, Doc: "of the case's IDs"}}},
	{ActReidentifyDenied, "A case was refused, and nothing was opened.", []Fact{{Name: "why", Form: FormWord, Doc: "reason, approver, number or form"}}},
	{ActAgreement, "A processing agreement with a recipient. The ID is the agreement's.", []Fact{
		{Name: "recipient", Form: FormNumber, Doc: "an organisation"}, {Name: "group", Form: FormYesNo, Doc: "whether it is of the provider's or Manager's group"}, {Name: "region", Form: FormRegion, Doc: "where it processes"},
		optional(choice("mechanism", "legal basis outside the EEA", mechanisms)), {Name: "purposes", Form: FormWords, Doc: "that it is for"}, {Name: "categories", Form: FormWords, Doc: "of data"},
		{Name: "from", Form: FormInstant, Doc: "valid from"}, {Name: "until", Form: FormInstant, Doc: "and until"},
	}},
	{ActTransfer, "Records went to a recipient under an agreement.", []Fact{
		{Name: "recipient", Form: FormNumber, Doc: "an organisation"}, {Name: "agreement", Form: FormID, Doc: "under which"}, {Name: "purpose", Form: FormWord, Doc: "what for"}, {Name: "kinds", Form: FormWords, Doc: "of records"},
		{Name: "categories", Form: FormWords, Optional: true, Doc: "of data"}, {Name: "region", Form: FormRegion, Optional: true, Doc: "where it processes"}, optional(choice("mechanism", "legal basis outside the EEA", mechanisms)),
		{Name: "subjects", Form: FormCount, Doc: "how many"}, {Name: "records", Form: FormCount, Doc: "how many"}, {Name: "consideration", Form: FormWord, Optional: true, Doc: "always none: data are not sold"},
		{Name: "group", Form: FormYesNo, Optional: true, Doc: "within the group"},
	}},
	{ActLegalBasis, "A store, or the backups, stand outside of a building's country on a legal basis; it stands here before anything is written there.", []Fact{
		{Name: "place", Form: FormStore, Doc: "what stands there"}, {Name: "region", Form: FormRegion, Doc: "where it stands"}, choice("mechanism", "legal basis", mechanisms),
		{Name: "from", Form: FormInstant, Doc: "valid from"}, {Name: "until", Form: FormInstant, Doc: "and until"},
	}},
	{ActDisclosure, "Records went to an authority that may demand them.", []Fact{
		choice("authority", "which", authorities), choice("basis", "the law", laws), factNumber, {Name: "demanded", Form: FormYesNo, Doc: "by the law"}, {Name: "allowed", Form: FormYesNo, Doc: "by the law"},
		{Name: "approver", Form: FormStaff, Doc: "ordinal of staff"}, {Name: "subjects", Form: FormCount, Doc: "in the order's scope"}, {Name: "records", Form: FormCount, Doc: "how many"}, {Name: "kinds", Form: FormWords, Optional: true, Doc: "of records"},
		{Name: "ref-*", Form: FormRef, Optional: true, Doc: "each subject, as hex SHA-256 of \"erased|\" and its ID"}, optional(factService),
	}},
	{ActHold, "A legal case holds records. The ID is the case's.", []Fact{choice("reason", "why", holdReasons), factNumber, {Name: "records", Form: FormCount, Doc: "copied into the archive"}}},
	{ActRelease, "A legal case was closed. The ID is the case's.", []Fact{{Name: "records", Form: FormCount, Optional: true, Doc: "in the archive"}, {Name: "deadline", Form: FormInstant, Optional: true, Doc: "of the archive"}, {Name: "erasures", Form: FormCount, Optional: true, Doc: "that were run again"}}},
	{ActBackup, "The cloud store was written into a file.", []Fact{
		{Name: "name", Form: FormFile, Doc: "of the file"}, {Name: "sequence", Form: FormCount, Optional: true, Doc: "of the ledger's last entry before it"}, {Name: "head", Form: FormRef, Optional: true, Doc: "hash of that entry"}, {Name: "records", Form: FormCount, Optional: true, Doc: "in the file"},
		{Name: "bytes", Form: FormCount, Optional: true, Doc: "of the file"}, {Name: "sum", Form: FormRef, Optional: true, Doc: "hex SHA-256 of the file"}, {Name: "region", Form: FormRegion, Optional: true, Doc: "where it stands"}, {Name: "state", Form: FormWord, Optional: true, Doc: "written or deleted"},
	}},
	{ActRestore, "The cloud store was replaced with a backup, and the ledger replayed on it.", []Fact{
		{Name: "name", Form: FormFile, Doc: "of the file"}, {Name: "state", Form: FormWord, Optional: true, Doc: "intended or complete"}, {Name: "sequence", Form: FormCount, Optional: true, Doc: "replayed from this entry on"},
		{Name: "erased", Form: FormCount, Optional: true, Doc: "subjects that were erased again"}, {Name: "removed", Form: FormCount, Optional: true, Doc: "records that were removed again"}, {Name: "records", Form: FormCount, Optional: true, Doc: "in the store afterwards"},
	}},
	{ActHandOver, "Our service in a building ended, and the building's key went to its Manager.", []Fact{
		factBuilding, {Name: "successor", Form: FormNumber, Optional: true, Doc: "an organisation"}, {Name: "state", Form: FormWord, Optional: true, Doc: "intended or complete"}, {Name: "records", Form: FormCount, Optional: true, Doc: "of the building that went from the cloud"},
	}},
	{ActServiceEnded, "We ended the service in a building and erased what its server held of people for us. Key tags and the logs that the Manager ordered stay: they are the Manager's, who got the keys of the server.", []Fact{
		factBuilding, {Name: "state", Form: FormWord, Optional: true, Doc: "intended or complete"}, {Name: "records", Form: FormCount, Optional: true, Doc: "that went"},
	}},
	{ActObjection, "A subject objected to a purpose.", []Fact{factRef, {Name: "purpose", Form: FormWord, Doc: "that stops"}, optional(factService), {Name: "state", Form: FormWord, Optional: true, Doc: "always made: an objection stands as long as the account"}}},
	{ActIdentityRefused, "A request was refused because the identity was not proven.", []Fact{{Name: "right", Form: FormWord, Doc: "that was asked for"}, {Name: "channel", Form: FormWord, Doc: "app, manager or operator"}, optional(factService)}},
	{ActRequest, "A subject exercised a right. The ID is the request's.", []Fact{
		{Name: "right", Form: FormWord, Doc: "export, correct, erase, object or port"}, {Name: "channel", Form: FormWord, Doc: "app, manager or operator"}, optional(factService), optional(factRef), {Name: "outcome", Form: FormWord, Optional: true, Doc: "fulfilled, referred or refused"},
		{Name: "erasure", Form: FormID, Optional: true, Doc: "that it led to"}, optional(factBuilding),
		{Name: "checked-by", Form: FormStaff, Optional: true, Doc: "ordinal of the member of staff who checked the identity"},
	}},
	{ActInstruction, "A Manager instructed us to work with their building's logs. The ID is the instruction's.", []Fact{factBuilding, choice("reason", "why", instructionReasons), factNumber}},
	{ActBuildingLogRead, "One of a building's logs was read by our staff.", []Fact{{Name: "instruction", Form: FormID, Doc: "of the Manager, the grounds"}, factBuilding, {Name: "entries", Form: FormCount, Doc: "how many were read"}}},
	{ActKeyCreated, "A key-encryption key was made.", []Fact{factRing, {Name: "epoch", Form: FormCount, Doc: "its number"}}},
	{ActKeyDestroyed, "A key-encryption key was destroyed: nobody has it any more.", []Fact{factRing, {Name: "epoch", Form: FormCount, Doc: "its number"}}},
	{ActKeyHandedOver, "A key-encryption key of a building in which our service ended was put aside for whoever goes on with it, and ours was destroyed.", []Fact{factRing, {Name: "epoch", Form: FormCount, Doc: "its number"}}},
	{ActKeyRotation, "All data keys of a ring were wrapped under a new key-encryption key.", []Fact{factRing, {Name: "from", Form: FormCount, Doc: "epoch"}, {Name: "to", Form: FormCount, Doc: "epoch"}, {Name: "keys", Form: FormCount, Doc: "wrapped anew"}}},
	{ActTestCost, "Passwords are hashed at a cost that is for tests only.", []Fact{{Name: "memory", Form: FormCount, Doc: "KiB"}, {Name: "passes", Form: FormCount, Doc: "over the memory"}, {Name: "threads", Form: FormCount, Doc: "threads"}}},
	{ActTroubleshooting, "Staff connected to a camera; nothing was recorded.", []Fact{factBuilding, choice("reason", "why", troubleshootingReasons), factNumber, {Name: "bytes-stored", Form: FormCount, Optional: true, Doc: "always 0"}, {Name: "staff", Form: FormStaff, Optional: true, Doc: "ordinal"}}},
	{ActSwept, "Records older than their retention were deleted.", []Fact{{Name: "kind-*", Form: FormCount, Optional: true, Doc: "records of that kind"}}},
}

// checkFacts tells what is undeclared in an entry. Errors name facts, never
// their values.
func (r *Registry) checkFacts(e *Entry) error {
	i := slices.IndexFunc(acts, func(a Act) bool { return a.Name == e.Act })
	if i < 0 {
		return fmt.Errorf("ledger: act %q is not declared; Acts lists those that are", e.Act)
	}
	a := acts[i]
	if !e.ID.Valid() {
		return fmt.Errorf("ledger: entry %s has a malformed ID", a.Name)
	}
	for name, value := range e.Facts {
		f, rest := a.fact(name)
		if f == nil {
			return fmt.Errorf("ledger: act %s declares no fact of that name; it has %s", a.Name, a.factNames())
		}
		if !f.holds(r, value) {
			return fmt.Errorf("ledger: fact %s of act %s is not a %s", f.Name, a.Name, f.Form)
		}
		if rest != "" && !starHolds(r, f.Name, rest) {
			return fmt.Errorf("ledger: fact %s of act %s ends in a name that is not declared", f.Name, a.Name)
		}
	}
	for _, f := range a.Facts {
		if _, given := e.Facts[f.Name]; !given && !f.Optional && !strings.HasSuffix(f.Name, "*") {
			return fmt.Errorf("ledger: act %s lacks fact %s: %s", a.Name, f.Name, f.Doc)
		}
	}
	return nil
}

// fact finds the declaration of a fact's name, and what a star in it stands
// for.
func (a *Act) fact(name string) (f *Fact, rest string) {
	for i := range a.Facts {
		f := &a.Facts[i]
		if f.Name == name && !strings.HasSuffix(name, "*") {
			return f, ""
		}
		if prefix, star := strings.CutSuffix(f.Name, "*"); star {
			if rest, found := strings.CutPrefix(name, prefix); found && rest != "" {
				return f, rest
			}
		}
	}
	return nil, ""
}

func (a *Act) factNames() string {
	var names []string
	for _, f := range a.Facts {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func starHolds(r *Registry, name, rest string) bool {
	switch name {
	case "store-*":
		return FormStore.holds(r, rest)
	case "kind-*":
		return slices.ContainsFunc(Kinds(), func(k *Kind) bool { return k.Name == rest })
	default: // ref-*, pseudonym-*
		return FormCount.holds(r, rest)
	}
}
