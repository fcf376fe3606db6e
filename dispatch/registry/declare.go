package registry

import (
	"fmt"
	"reflect"
	"slices"
)

// Names of the parties in Kind and in records (FL:L35).
const (
	ByKONE    = "KONE"
	ByManager = "Manager"
)

// kinds holds all declarations in the order of stores and prefixes.
var kinds = number(
	KindFlowPreferences, KindFlowProfile, KindKeyAudit, KindObjection, KindRemoteCallAccount, KindSubUser, KindUsageLog, KindVisitorKey,
	KindBuildingLog, KindBuildingPerson, KindKeyTag, KindPermission,
	KindAggregateCell,
	KindLink, KindPendingErasure, KindPseudonyms, KindWrappedKey,
	KindHoldCase, KindHeldRecord,
	KindEntry,
)

// number gives each kind its ordinal.
func number(all ...*Kind) []*Kind {
	for i, k := range all {
		k.ordinal = i
	}
	return all
}

// Kinds lists all kinds, in the order of stores and prefixes.
func Kinds() []*Kind { return slices.Clone(kinds) }

// KindOf finds a kind by the first component of its keys. Prefixes are unique
// over all stores.
func KindOf(prefix string) (*Kind, error) {
	for _, k := range kinds {
		if k.Prefix == prefix {
			return k, nil
		}
	}
	return nil, fmt.Errorf("no kind of record has a key that begins with %q", prefix)
}

// New makes an empty record of the kind.
func (k *Kind) New() Record { return reflect.New(k.record).Interface().(Record) }

// in tells whether a store of some kind holds such records.
func (k *Kind) in(s Store) bool { return k.Store == s || k.Also != "" && k.Also == s }

// metaFields declare what Meta adds to every record.
var metaFields = []Field{
	{Name: "controller", Category: Technical, Doc: "who decides about the record: KONE or Manager"},
	{Name: "processor", Category: Technical, Optional: true, Doc: "who processes it for the controller; absent when nobody does"},
	{Name: "building", Category: Technical, Optional: true, Doc: "name of the building it belongs to; absent where none applies"},
	{Name: "at", Category: Technical, Doc: "when the data were collected, UTC"},
}

// Purposes that kinds share. Legal claims are among them where a legal case can
// hold records.
var (
	forAccount = []Purpose{ToProvide, ToCommunicate, ToCorrect, ToSecure, ToIdentify, ToFulfil, ToDefend}
	forPerson  = []Purpose{ToProvide, ToCommunicate, ToSecure, ToIdentify, ToFulfil, ToDefend}
	forOthers  = []Purpose{ToProvide, ToSecure, ToFulfil, ToDefend}
)

// Kinds of the cloud store: what the two apps collect for the provider.
var (
	KindFlowPreferences = &Kind{
		Name: "flow-preferences", Prefix: "fr", Service: "flow", Store: Cloud, Key: BySubject, Controller: ByKONE, Source: "subject",
		Retention: UntilStop, Sealed: UnderSubject, Purposes: []Purpose{ToProvide, ToCommunicate, ToCorrect, ToSecure, ToFulfil, ToDefend}, record: reflect.TypeFor[FlowPreferences](),
		Doc: "What a user of Flow chose to add; each field can be removed on its own (FL:L19).",
		Fields: []Field{
			{"intercom_phone", UserPreference, true, "additional telephone number, for the intercom"},
			{"intercom_username", UserPreference, true, "name on the displays at the entrances"},
			{"walking_speed_mm_s", UserPreference, true, "walking speed in mm/s"},
			{"favourite_floor", UserPreference, true, "name of the floor to go to when none is given"},
			{"store_missed_pictures", UserPreference, true, "whether the phone keeps a still picture of a missed intercom call"},
		},
	}
	KindFlowProfile = &Kind{
		Name: "flow-profile", Prefix: "fp", Service: "flow", Store: Cloud, Key: BySubject, Controller: ByKONE, Source: "subject",
		Retention: UntilStop, Sealed: UnderSubject, Founds: true, Purposes: forAccount, record: reflect.TypeFor[FlowProfile](),
		Doc: "What Flow always collects (FL:L15).",
		Fields: []Field{
			{"name", UserProfile, false, "name"},
			{"gender", UserProfile, false, "gender"},
			{"country", UserProfile, false, "country"},
			{"language", UserProfile, false, "preferred language"},
			{"phone", UserProfile, false, "telephone number"},
			{"email", UserProfile, false, "mail address, which is the login"},
			{"password", Credential, false, "PHC string of argon2id"},
			{"active", Technical, false, "last use known, to the week"},
		},
	}
	KindKeyAudit = &Kind{
		Name: "key-audit", Prefix: "ka", Service: "flow", Store: Cloud, Key: BySequence, Controller: ByKONE, Source: "system",
		Retention: YearFromCollect, Sealed: Plain, Purposes: []Purpose{ToProvide, ToSecure, ToFulfil, ToDefend}, record: reflect.TypeFor[KeyAudit](),
		Doc: "That a visitor key or sub-user was created or deleted (FL:L19). It names the item, never a person, and may be read on the grounds of an incident only.",
		Fields: []Field{
			{"sequence", Technical, false, "as in the key"},
			{"act", LogData, false, "created or deleted"},
			{"what", LogData, false, "visitor-key or sub-user"},
			{"of", LogData, false, "ID of the key or sub-user"},
			{"previous", Technical, false, "hash of the entry before"},
			{"hash", Technical, false, "hash of this entry"},
		},
	}
	KindObjection = &Kind{
		Name: "objection", Prefix: "ob", Store: Cloud, Key: BySubjectItem, Controller: ByKONE, Source: "subject",
		Retention: UntilStop, Sealed: UnderSubject, Purposes: []Purpose{ToProvide, ToAnalyse, ToFulfil}, record: reflect.TypeFor[Objection](),
		Doc:    "That a subject objects to one purpose (RC:L49, FL:L78). There is one for each purpose: its item is the first 16 bytes of the SHA-256 of \"objection|\" and the purpose.",
		Fields: []Field{{"purpose", UserPreference, false, "that stops for the subject"}},
	}
	KindRemoteCallAccount = &Kind{
		Name: "remote-call-account", Prefix: "ra", Service: "remote-call", Store: Cloud, Key: BySubject, Controller: ByKONE, Source: "subject",
		Retention: UntilStop, Sealed: UnderSubject, Founds: true, Purposes: forAccount, record: reflect.TypeFor[RemoteCallAccount](),
		Doc: "What Remote Call always collects, and all it keeps in the cloud (RC:L11).",
		Fields: []Field{
			{"email", UserProfile, false, "mail address, which is the login"},
			{"password", Credential, false, "PHC string of argon2id"},
			{"device_serial", DeviceIdentifier, false, "serial number of the phone"},
			{"active", Technical, false, "last use known, to the week"},
		},
	}
	KindSubUser = &Kind{
		Name: "sub-user", Prefix: "su", Service: "flow", Store: Cloud, Key: BySubjectItem, Controller: ByKONE, Source: "subject",
		Retention: UntilStop, Sealed: UnderSubject, Purposes: forOthers, record: reflect.TypeFor[SubUser](),
		Doc: "A person to whom a user gives access (FL:L19), who agreed before entry (FL:L53).",
		Fields: []Field{
			{"name", OtherPerson, false, "name"},
			{"username", OtherPerson, false, "username"},
			{"number", OtherPerson, false, "number"},
			{"birth_date", OtherPerson, false, "date of birth, YYYY-MM-DD"},
			{"note", OtherPerson, true, "other information, as entered"},
			{"guardian", OtherPerson, true, "whether the user attested to hold parental responsibility"},
			{"consent", Evidence, false, "ID of the attestation in the ledger"},
		},
	}
	// Its prefix is the first of the cloud's. Tables are written anew where the
	// keys of a newer table reach, so that with the old days of the log before
	// everything else an erasure does not write them again.
	KindUsageLog = &Kind{
		Name: "usage-log", Prefix: "eu", Service: "flow", Store: Cloud, Key: ByDayItem, Controller: ByKONE, Source: "device",
		Retention: YearFromCollect, Sealed: UnderPseudonym, Purposes: []Purpose{ToProvide, ToCorrect, ToSecure, ToReidentify, ToFulfil, ToDefend}, record: reflect.TypeFor[UsageLog](),
		Doc: "Use of equipment under a randomized ID that alone identifies nobody (FL:L21). Its instant is rounded down to the hour.",
		Fields: []Field{
			{"pseudonym", LogData, false, "randomized ID, made on the phone"},
			{"equipment", LogData, false, "bank of lifts"},
			{"function", LogData, false, "remote-call, key or intercom"},
		},
	}
	KindVisitorKey = &Kind{
		Name: "visitor-key", Prefix: "vk", Service: "flow", Store: Cloud, Key: BySubjectItem, Controller: ByKONE, Source: "subject",
		Retention: UntilEnded, Sealed: UnderSubject, Purposes: forOthers, record: reflect.TypeFor[VisitorKey](),
		Doc: "A key by which a user lets a visitor in (FL:L19), who agreed before entry (FL:L53).",
		Fields: []Field{
			{"visitor", OtherPerson, false, "the visitor, as the user entered it"},
			{"floors", AccessPermission, false, "names of floors that it opens"},
			{"from", AccessPermission, false, "valid from"},
			{"until", AccessPermission, false, "and until"},
			{"uses", AccessPermission, false, "uses that are left"},
			{"code_sha256", Credential, false, "hex SHA-256 of the code that opens; the code has 128 random bits and stands nowhere"},
			{"consent", Evidence, false, "ID of the attestation in the ledger"},
		},
	}
)
