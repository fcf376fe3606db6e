package remotecall

import (
	"testing"

	"hoistway/dispatch/registry"
)

// The provider's staff read a building's logs on its Manager's instruction, and
// on no other grounds (FL:L35).
func TestBuildingLogsAreReadOnInstruction(t *testing.T) {
	h := newHouse(t, withStaff)
	h.ok(h.manager("tower").Log("lifts", map[string]string{"floor": "2", "result": "served"}))
	instruction, err := h.manager("tower").Instruct("defect", "C-2026-1")
	h.ok(err)
	elsewhere, err := h.manager("office").Instruct("defect", "")
	h.ok(err)
	incident, err := h.staff(registry.RoleSecurity).Incident("theft", "")
	h.ok(err)
	for _, c := range []struct {
		sentence string
		role     registry.Role
		building string
		log      string
		grounds  registry.ID
		want     Refusal
	}{
		{"on the Manager's instruction", registry.RoleService, "tower", "lifts", instruction, ""},
		{"without grounds", registry.RoleService, "tower", "lifts", "", Denied},
		{"on an instruction that nobody gave", registry.RoleService, "tower", "lifts", registry.Random{}.New(), Denied},
		{"on another Manager's instruction", registry.RoleService, "tower", "lifts", elsewhere, Denied},
		{"on an incident, which is for the key audit", registry.RoleService, "tower", "lifts", incident, Denied},
		{"a log that the building has not", registry.RoleService, "tower", "doors", instruction, NotDeclared},
		{"by analysts", registry.RoleAnalytics, "tower", "lifts", instruction, Denied},
	} {
		noted := h.acts(registry.ActBuildingLogRead)
		entries, err := h.staff(c.role).BuildingLog(c.building, c.log, c.grounds)
		if Reason(err) != c.want || (len(entries) == 1) != (c.want == "") {
			t.Errorf("%s: got %d entries and %v, want %q", c.sentence, len(entries), err, c.want)
		}
		if n := h.acts(registry.ActBuildingLogRead) - noted; (n == 1) != (c.want == "") {
			t.Errorf("%s: the ledger has %d entries of the reading", c.sentence, n)
		}
	}
	if _, err := h.manager("tower").Instruct("curiosity", ""); Reason(err) != NoGrounds {
		t.Errorf("an instruction for a reason that is not on the list: %v", err)
	}
	h.pass(30 * 24 * 3600e9)
	if _, err := h.staff(registry.RoleService).BuildingLog("tower", "lifts", instruction); Reason(err) != Denied {
		t.Errorf("on an instruction of thirty days ago: %v", err)
	}
}
