package remotecall

import (
	"strconv"

	"hoistway/dispatch/registry"
)

// Instruct has the provider's staff work with this building's logs: without it
// they cannot read them, because the logs are the Manager's (FL:L35). The reason
// is one of registry.InstructionReasons; number is as in Incident. It lasts for
// thirty days.
func (m *Manager) Instruct(reason, number string) (id registry.ID, err error) {
	defer m.logRefusal("instruct", &err)
	facts, err := why(reason, number, registry.InstructionReasons())
	if err != nil {
		return "", err
	}
	facts["building"] = m.building
	return m.s.note(registry.ActInstruction, facts, true)
}

// BuildingLog reads one of a building's logs on an instruction of its Manager.
// The reading itself stands in the ledger before anything is returned.
func (o *Operator) BuildingLog(building, log string, instruction registry.ID) (list []registry.BuildingLog, err error) {
	defer o.logRefusal("building-log", &err)
	if err := o.must(servingRoles); err != nil {
		return nil, err
	}
	b, err := o.s.site(building, Flow)
	if err != nil {
		return nil, err
	}
	if _, declared := b.logs[log]; !declared {
		return nil, field(NotDeclared, "log", "is not in the building's configuration")
	}
	var entries []registry.BuildingLog
	err = o.s.handle(registry.RoleService, registry.ToCorrect).On(instruction).In(building).
		Each(registry.Ref{Kind: registry.KindBuildingLog, Log: log}, func(_ registry.Ref, load func(registry.Record) error) error {
			var e registry.BuildingLog
			err := load(&e)
			if err == nil {
				entries = append(entries, e)
			}
			return err
		})
	if err != nil {
		return nil, stored("read a building's log", err)
	}
	_, err = o.s.note(registry.ActBuildingLogRead, map[string]string{"instruction": string(instruction), "building": building, "entries": strconv.Itoa(len(entries))}, true)
	if err != nil {
		return nil, err
	}
	return entries, nil
}
