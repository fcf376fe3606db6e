package registry

import (
	"reflect"
	"time"
)

// Store is one kind of place where records are kept.
type Store string

// The stores of the architecture. Building is one store for each building,
// the others are one each.
const (
	Cloud     Store = "cloud"     // the provider's back end
	Building  Store = "building"  // the server in a building, one each
	Analytics Store = "analytics" // anonymous aggregates
	Vault     Store = "vault"     // wrapped keys, and what links a randomized ID to its subject
	Archive   Store = "archive"   // records under a legal hold, and closed cases
	Ledger    Store = "ledger"    // evidence of acts, append only
)

// Category is what a field is in the words of the statements (FL:L31, RC:L23).
type Category string

const (
	UserProfile      Category = "user-profile"
	Credential       Category = "credential" // password, in a form that cannot be turned back
	DeviceIdentifier Category = "device-identifier"
	AccessPermission Category = "access-permission"
	UserPreference   Category = "user-preference"
	OtherPerson      Category = "other-person" // of a visitor or sub-user, entered by somebody else
	LogData          Category = "log-data"
	BuildingLogData  Category = "building-log-data"
	Evidence         Category = "evidence"
	Anonymous        Category = "anonymous"
	Technical        Category = "technical"
)

// Retention is how long records of a kind are kept.
type Retention string

const (
	UntilStop        Retention = "until-stop"        // until the subject stops, or is known to have stopped (RC:L45, FL:L56)
	UntilEnded       Retention = "until-ended"       // until its own end and EndedKeys beyond it, and no longer than UntilStop
	UntilWithdrawn   Retention = "until-withdrawn"   // until the Manager withdraws it or the service ends in the building (FL:L56)
	YearFromCollect  Retention = "365-days"          // at most 365 days from collection (FL:L58)
	ManagerDefined   Retention = "manager-defined"   // the building's configuration says (FL:L56)
	WhileSubject     Retention = "while-subject"     // keys: destroyed with the subject
	WhileCase        Retention = "while-case"        // while a legal case is open, then until the archive's deadline (FL:L62)
	WhileAccountable Retention = "while-accountable" // evidence of lawful processing; names nobody
	WhileUseful      Retention = "while-useful"      // anonymous
	UntilComplete    Retention = "until-complete"    // until the act under way is complete
)

// EndedKeys bounds for how long a visitor key is stored after its end. A key
// that opens nothing holds the name of a visitor, who has no account and never
// hears of it, for no purpose (FL:L19, FL:L53). The bound is the week in which
// the end is still asked about, the week between two removals, and the day
// between two runs of what is due.
const EndedKeys = 15 * 24 * time.Hour

// Kind declares one kind of record. Everything that is stored is of a declared
// kind, and everything about it that a stranger has to know stands here: the
// store, the key, every field. FORMAT.md, the README's table of what is
// stored, the access matrix and the sweeper read the same declarations.
type Kind struct {
	Name       string // "flow-profile"
	Prefix     string // first component of the key
	Service    string // "remote-call", "flow" or "" for both
	Store      Store
	Also       Store // a second kind of store that holds such records, "" = none
	Key        KeyShape
	Controller string // "KONE" or "Manager"
	Processor  string // who processes for the controller, "" = the controller alone
	Source     string // who the data come from: "subject", "manager", "device", "system"
	Retention  Retention
	Sealed     Seal
	Founds     bool // the first such record of a subject makes the subject's key; sealed records of other kinds need it to be there
	Purposes   []Purpose
	Doc        string
	Fields     []Field // without those of Meta
	record     reflect.Type
	ordinal    int // place in Kinds
}

// Seal is whose key a record's value is sealed under.
type Seal string

const (
	Plain          Seal = ""
	UnderSubject   Seal = "subject"   // the subject in the record's key; of held records the case
	UnderPseudonym Seal = "pseudonym" // the randomized ID in the record
	UnderBuilding  Seal = "building"  // one key for all records of a building server that are about nobody in particular
)

// KeyShape is what follows the prefix in a key, separated by slashes.
type KeyShape string

const (
	BySubject     KeyShape = "subject"      // PREFIX/SUBJECT
	BySubjectItem KeyShape = "subject/item" // PREFIX/SUBJECT/ITEM
	ByDayItem     KeyShape = "day/item"     // PREFIX/YYYYMMDD/ITEM
	ByLogDayItem  KeyShape = "log/day/item" // PREFIX/LOG/YYYYMMDD/ITEM, the name of a declared log
	ByItem        KeyShape = "item"         // PREFIX/ITEM
	BySequence    KeyShape = "sequence"     // PREFIX/16 hex digits, from 1
)

// Field declares one field of a kind.
type Field struct {
	Name     string // as in the JSON
	Category Category
	Optional bool
	Doc      string
}

// Meta stands in every record. Put fills it but for At.
type Meta struct {
	Controller string    `json:"controller"`
	Processor  string    `json:"processor,omitempty"`
	Building   string    `json:"building,omitempty"` // name of a building; "" where none applies
	At         time.Time `json:"at"`                 // when the data were collected, UTC
}

// Head gives access to the part that all records share.
func (m *Meta) Head() *Meta { return m }

// Record is a pointer to one of the record types of this package.
type Record interface{ Head() *Meta }

// Ref names one record: its kind and the components of its key that the kind's
// shape has.
type Ref struct {
	Kind     *Kind
	Subject  ID
	Log      string // name of a building's log; Put takes it from the record when it is empty
	Day      string // YYYYMMDD, UTC; Put takes it from the record's At when it is empty
	Item     ID
	Sequence uint64 // from 1; Put takes the next when it is 0
}
