package registry

// What the roles may do. Whatever no rule names is denied: a new kind, role or
// purpose is out of reach until a rule says otherwise.

var (
	toRead   = []act{actRead}
	toWrite  = []act{actWrite}
	toChange = []act{actRead, actWrite}
	toAll    = []act{actRead, actWrite, actDelete}
)

// rules are the matrix of the statements' roles.
var rules = []rule{
	// Subjects, in their app.
	{
		clause: "RC:L11, RC:L49, FL:L15, FL:L78", says: "A subject sees, enters and corrects their own account; the password can be set, not read.",
		roles: []Role{RoleSubject}, kinds: []*Kind{KindRemoteCallAccount, KindFlowProfile}, acts: toChange,
		purposes: []Purpose{ToProvide, ToIdentify, ToCommunicate, ToFulfil}, own: true, hidden: []string{"password"}, mayset: []string{"password"},
	},
	{
		clause: "FL:L19, FL:L78", says: "A subject has their own preferences, visitor keys and sub-users at their disposal.",
		roles: []Role{RoleSubject}, kinds: []*Kind{KindFlowPreferences, KindSubUser, KindVisitorKey}, acts: toAll,
		purposes: []Purpose{ToProvide, ToFulfil}, own: true,
	},
	{
		clause: "RC:L49, FL:L78", says: "A subject objects to purposes.",
		roles: []Role{RoleSubject}, kinds: []*Kind{KindObjection}, acts: toAll, purposes: []Purpose{ToFulfil}, own: true,
	},
	{
		clause: "RC:L49, FL:L78", says: "A subject sees what a building's Manager entered about them, and changes none of it.",
		roles: []Role{RoleSubject}, kinds: []*Kind{KindBuildingPerson, KindPermission, KindKeyTag}, acts: toRead,
		purposes: []Purpose{ToProvide, ToFulfil}, own: true,
	},
	{
		clause: "FL:L21, FL:L78", says: "A subject whose phone knows a randomized ID sees what was logged under it.",
		roles: []Role{RoleSubject}, kinds: []*Kind{KindUsageLog}, acts: toRead, purposes: []Purpose{ToFulfil}, own: true,
	},
	{
		clause: "FL:L19", says: "Whoever makes or removes a visitor key or sub-user leaves an entry in the key audit.",
		roles: []Role{RoleSubject, RoleManager, RoleService}, kinds: []*Kind{KindKeyAudit}, acts: toWrite, purposes: []Purpose{ToProvide, ToSecure, ToFulfil},
	},

	// The Manager of a building.
	{
		clause: "RC:L13, RC:L45, FL:L17, FL:L35", says: "A Manager enters, changes and withdraws persons, permissions and key tags of their building.",
		roles: []Role{RoleManager}, kinds: []*Kind{KindBuildingPerson, KindPermission, KindKeyTag}, acts: toAll,
		purposes: []Purpose{ToProvide, ToCommunicate, ToIdentify, ToSecure, ToFulfil},
	},
	{
		clause: "FL:L23, FL:L35, FL:L56", says: "A Manager has the logs that they ordered at their disposal.",
		roles: []Role{RoleManager}, kinds: []*Kind{KindBuildingLog}, acts: toAll, purposes: KindBuildingLog.Purposes,
	},
	{
		clause: "FL:L47", says: "In Residential Flow a Manager maintains the profiles of their building's persons: name, gender, country, language, telephone and mail address.",
		roles: []Role{RoleManager}, kinds: []*Kind{KindFlowProfile}, acts: toChange, purposes: []Purpose{ToProvide, ToCommunicate, ToIdentify, ToFulfil},
		persons: true, hidden: []string{"password", "active"},
	},
	{
		clause: "FL:L47", says: "In Residential Flow a Manager maintains intercom username, walking speed and favourite floor of their building's persons.",
		roles: []Role{RoleManager}, kinds: []*Kind{KindFlowPreferences}, acts: toChange, purposes: []Purpose{ToProvide, ToCommunicate, ToFulfil},
		persons: true, hidden: []string{"intercom_phone", "store_missed_pictures"},
	},
	{
		clause: "FL:L47", says: "In Residential Flow a Manager sees and removes the visitor keys that their building's persons made for it, without the visitor's name and the code.",
		roles: []Role{RoleManager}, kinds: []*Kind{KindVisitorKey}, acts: []act{actRead, actDelete}, purposes: []Purpose{ToProvide, ToSecure, ToFulfil},
		persons: true, here: true, hidden: []string{"visitor", "code_sha256", "consent"},
	},
	{
		clause: "FL:L47", says: "In Residential Flow a Manager sees and removes the sub-users that their building's persons let into it, by username only.",
		roles: []Role{RoleManager}, kinds: []*Kind{KindSubUser}, acts: []act{actRead, actDelete}, purposes: []Purpose{ToProvide, ToSecure, ToFulfil},
		persons: true, here: true, hidden: []string{"name", "number", "birth_date", "note", "guardian", "consent"},
	},
	{
		clause: "FL:L19", says: "A Manager, KONE's security staff and third parties who investigate an incident read the key audit on its grounds.",
		roles: []Role{RoleManager, RoleSecurity, RoleSubcontractor, RoleAuthority}, kinds: []*Kind{KindKeyAudit}, acts: toRead, purposes: []Purpose{ToSecure},
		grounds: []string{ActIncident},
	},

	// The service itself, and its staff.
	{
		clause: "RC:L31, FL:L15, FL:L39", says: "The service checks passwords against accounts, and keeps account and last use up to date.",
		roles: []Role{RoleService}, kinds: []*Kind{KindRemoteCallAccount, KindFlowProfile}, acts: toChange,
		purposes: []Purpose{ToProvide, ToIdentify, ToFulfil},
	},
	{
		clause: "RC:L31, FL:L37", says: "The service writes to subjects, and looks into their account where a defect is analysed; it sees no password then.",
		roles: []Role{RoleService}, kinds: []*Kind{KindRemoteCallAccount, KindFlowProfile}, acts: toRead,
		purposes: []Purpose{ToCommunicate, ToCorrect}, hidden: []string{"password"},
	},
	{
		clause: "FL:L19, FL:L37", says: "The service uses preferences, visitor keys and sub-users, and changes them where the subject asks.",
		roles: []Role{RoleService}, kinds: []*Kind{KindFlowPreferences, KindSubUser, KindVisitorKey}, acts: toAll, purposes: []Purpose{ToProvide, ToFulfil},
	},
	{
		clause: "RC:L49, FL:L78", says: "The service heeds objections, and records those that reach staff.",
		roles: []Role{RoleService}, kinds: []*Kind{KindObjection}, acts: toRead, purposes: []Purpose{ToProvide, ToAnalyse},
	},
	{
		clause: "RC:L49, FL:L78", says: "The service records objections that reach staff, and gives them back to their subject.",
		roles: []Role{RoleService}, kinds: []*Kind{KindObjection}, acts: toAll, purposes: []Purpose{ToFulfil},
	},
	{
		clause: "RC:L13, FL:L35", says: "The service reads persons, permissions and key tags to decide who may go where, and for those who ask what is known of them; it changes none.",
		roles: []Role{RoleService}, kinds: []*Kind{KindBuildingPerson, KindPermission, KindKeyTag}, acts: toRead,
		purposes: []Purpose{ToProvide, ToIdentify, ToSecure, ToFulfil},
	},
	{
		clause: "FL:L35", says: "The service processes a building's logs for the Manager on the Manager's instruction only.",
		roles: []Role{RoleService}, kinds: []*Kind{KindBuildingLog}, acts: toRead, purposes: []Purpose{ToProvide, ToCorrect, ToSecure}, grounds: []string{ActInstruction},
	},
	{
		clause: "FL:L21", says: "The service stores usage under randomized IDs.",
		roles: []Role{RoleService}, kinds: []*Kind{KindUsageLog}, acts: toWrite, purposes: []Purpose{ToProvide},
	},
	{
		clause: "FL:L21, FL:L78", says: "The service reads usage under randomized IDs to run the service and correct defects, and for a subject who brings the ID.",
		roles: []Role{RoleService}, kinds: []*Kind{KindUsageLog}, acts: toRead, purposes: []Purpose{ToProvide, ToCorrect, ToFulfil},
	},
	{
		clause: "FL:L21", says: "Security staff read usage in single cases: after an incident, or under the randomized IDs that a case of re-identification names.",
		roles: []Role{RoleSecurity}, kinds: []*Kind{KindUsageLog}, acts: toRead, purposes: []Purpose{ToReidentify, ToSecure}, grounds: []string{ActReidentifyAsked, ActIncident},
	},
	{
		clause: "FL:L21, FL:L39", says: "Security staff look up the one account to which a case led.",
		roles: []Role{RoleSecurity}, kinds: []*Kind{KindRemoteCallAccount, KindFlowProfile}, acts: toRead, purposes: []Purpose{ToSecure},
		own: true, hidden: []string{"password"}, grounds: []string{ActReidentifyAsked, ActIncident},
	},
	{
		clause: "FL:L62", says: "Security staff read what a legal case holds, on the grounds of that case.",
		roles: []Role{RoleSecurity}, kinds: []*Kind{KindHoldCase, KindHeldRecord}, acts: toRead, purposes: []Purpose{ToDefend}, grounds: []string{ActHold},
	},
	{
		clause: "RC:L25, RC:L31, FL:L31, FL:L43", says: "Analysts see anonymous counts and nothing else. Nobody writes them but Publish, which leaves out those of too few people.",
		roles: []Role{RoleAnalytics}, kinds: []*Kind{KindAggregateCell}, acts: toRead, purposes: []Purpose{ToAnalyse, ToCorrect},
	},

	// Others.
	{
		clause: "RC:L37, FL:L66", says: "A subcontractor gets records of the cloud under a processing agreement that is valid now and covers purpose and categories, without passwords.",
		roles: []Role{RoleSubcontractor}, kinds: []*Kind{KindRemoteCallAccount, KindFlowProfile}, acts: toRead, purposes: []Purpose{ToProvide, ToCorrect, ToSecure},
		own: true, hidden: []string{"password"}, grounds: []string{ActAgreement},
	},
	{
		clause: "FL:L66", says: "A subcontractor gets preferences under a processing agreement that is valid now and covers purpose and categories.",
		roles: []Role{RoleSubcontractor}, kinds: []*Kind{KindFlowPreferences}, acts: toRead, purposes: []Purpose{ToProvide, ToCorrect, ToSecure},
		own: true, grounds: []string{ActAgreement},
	},
	{
		clause: "RC:L41, FL:L72", says: "An authority gets what the law demands and allows, about the persons that its order names, without passwords.",
		roles: []Role{RoleAuthority}, kinds: []*Kind{KindRemoteCallAccount, KindFlowProfile}, acts: toRead, purposes: []Purpose{ToDefend},
		own: true, hidden: []string{"password"}, grounds: []string{ActDisclosure},
	},
	{
		clause: "RC:L41, FL:L72", says: "An authority gets what the law demands and allows, about the persons that its order names.",
		roles: []Role{RoleAuthority}, kinds: []*Kind{KindFlowPreferences, KindSubUser, KindBuildingPerson, KindPermission, KindKeyTag}, acts: toRead, purposes: []Purpose{ToDefend},
		own: true, grounds: []string{ActDisclosure},
	},
	{
		clause: "RC:L41, FL:L72", says: "An authority gets the visitor keys of the persons that its order names, without the codes.",
		roles: []Role{RoleAuthority}, kinds: []*Kind{KindVisitorKey}, acts: toRead, purposes: []Purpose{ToDefend},
		own: true, hidden: []string{"code_sha256"}, grounds: []string{ActDisclosure},
	},
	{
		clause: "FL:L43", says: "Auditors and security staff read the ledger.",
		roles: []Role{RoleAuditor}, kinds: []*Kind{KindEntry}, acts: toRead, purposes: []Purpose{ToAudit},
	},
	{
		clause: "FL:L39", says: "Security staff read the ledger.",
		roles: []Role{RoleSecurity}, kinds: []*Kind{KindEntry}, acts: toRead, purposes: []Purpose{ToSecure},
	},
}
