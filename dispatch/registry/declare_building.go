package registry

import "reflect"

// Kinds of the building servers, and what is left of usage when nobody can be
// recognised in it.
var (
	KindBuildingLog = &Kind{
		Name: "building-log", Prefix: "bl", Service: "flow", Store: Building, Key: ByLogDayItem, Controller: ByManager, Processor: ByKONE, Source: "system",
		Retention: ManagerDefined, Sealed: UnderBuilding, Founds: true, Purposes: []Purpose{ToProvide, ToCommunicate, ToCorrect, ToSecure, ToAudit, ToFulfil, ToDefend}, record: reflect.TypeFor[BuildingLog](),
		Doc: "A log that one building's configuration orders for its Manager, with the fields, the purpose and the retention declared there (FL:L23, FL:L56).",
		Fields: []Field{
			{"log", BuildingLogData, false, "name of the declared log"},
			{"fields", BuildingLogData, false, "values of declared fields by name"},
		},
	}
	KindBuildingPerson = &Kind{
		Name: "building-person", Prefix: "bp", Store: Building, Key: BySubject, Controller: ByKONE, Source: "manager",
		Retention: UntilWithdrawn, Sealed: UnderSubject, Founds: true, Purposes: forPerson, record: reflect.TypeFor[BuildingPerson](),
		Doc: "A person as one building's Manager knows them. It stands in the building's own server and nowhere else (RC:L13, FL:L17).",
		Fields: []Field{
			{"service", AccessPermission, false, "remote-call or flow"},
			{"name", UserProfile, false, "name"},
			{"address", AccessPermission, true, "address; Residential Flow only"},
			{"apartment", AccessPermission, true, "number of the apartment; Residential Flow only"},
			{"main_user", AccessPermission, true, "whether intercom calls of the apartment go to this person"},
		},
	}
	KindKeyTag = &Kind{
		Name: "key-tag", Prefix: "kt", Store: Building, Key: BySubject, Controller: ByManager, Processor: ByKONE, Source: "manager",
		Retention: UntilWithdrawn, Sealed: UnderSubject, Purposes: forPerson, record: reflect.TypeFor[KeyTag](),
		Doc: "A key tag, by which a person uses the lifts without the app (FL:L51).",
		Fields: []Field{
			{"number", AccessPermission, false, "number of the tag"},
			{"floors", AccessPermission, false, "names of floors that it opens"},
		},
	}
	KindPermission = &Kind{
		Name: "permission", Prefix: "pm", Store: Building, Key: BySubjectItem, Controller: ByKONE, Source: "manager",
		Retention: UntilWithdrawn, Sealed: UnderSubject, Purposes: forPerson, record: reflect.TypeFor[Permission](),
		Doc: "What a Manager granted to a person (RC:L15, FL:L17). Only the Manager adds and withdraws it (FL:L35).",
		Fields: []Field{
			{"service", AccessPermission, false, "remote-call or flow"},
			{"floors", AccessPermission, false, "names of floors; * for all"},
			{"banks", AccessPermission, false, "names of banks of lifts; * for all"},
			{"from", AccessPermission, false, "valid from"},
			{"until", AccessPermission, true, "and until; absent for no end"},
			{"daily", AccessPermission, true, "hours of the day, such as 07:00-19:00, UTC; absent for always"},
			{"may_grant", AccessPermission, true, "whether the person may make visitor keys and sub-users"},
		},
	}
	KindAggregateCell = &Kind{
		Name: "aggregate-cell", Prefix: "ac", Store: Analytics, Key: ByItem, Controller: ByKONE, Source: "device",
		Retention: WhileUseful, Sealed: Plain, Purposes: []Purpose{ToAnalyse, ToCorrect}, record: reflect.TypeFor[AggregateCell](),
		Doc: "A count over so many people that nobody can be recognised in it (RC:L25, FL:L31). Counts of fewer people are never stored.",
		Fields: []Field{
			{"period", Anonymous, false, "month, YYYY-MM"},
			{"dimensions", Anonymous, false, "what is counted, such as the model of the phone"},
			{"people", Anonymous, false, "people in the cell"},
			{"count", Anonymous, false, "sum of what is counted"},
		},
	}
)
