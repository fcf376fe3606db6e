package registry

import "crypto/sha256"

// Role is who accesses a store. The list is closed.
type Role string

const (
	RoleSubject       Role = "subject" // of the records, for themselves
	RoleManager       Role = "manager" // of one building
	RoleService       Role = "kone-service"
	RoleSecurity      Role = "kone-security"  // re-identification, incidents
	RoleAnalytics     Role = "kone-analytics" // sees aggregates only
	RoleSubUser       Role = "sub-user"
	RoleKeyHolder     Role = "key-holder"
	RoleSubcontractor Role = "subcontractor"
	RoleAuthority     Role = "authority"
	RolePublic        Role = "public"
	RoleAuditor       Role = "auditor"
)

// Purpose is what an access is for (RC:L31, FL:L37-45). The list is closed, and
// an access without a purpose is refused.
type Purpose string

const (
	ToProvide     Purpose = "provide-service"
	ToCommunicate Purpose = "communicate-with-manager"
	ToCorrect     Purpose = "analyse-and-correct-defects"
	ToSecure      Purpose = "security-monitoring"
	ToIdentify    Purpose = "identity-and-credentials"
	ToAnalyse     Purpose = "usage-analysis"
	ToReidentify  Purpose = "re-identification"
	ToBackUp      Purpose = "back-up"
	ToAudit       Purpose = "internal-audit"
	ToDefend      Purpose = "legal-claims"
	ToFulfil      Purpose = "data-subject-rights"
	ToRetain      Purpose = "retention"
)

// Item is under what the objection to a purpose stands: one ID for each
// purpose, so that who objects twice has objected once.
func (p Purpose) Item() ID {
	sum := sha256.Sum256([]byte("objection|" + string(p)))
	return idOf([16]byte(sum[:16]))
}
