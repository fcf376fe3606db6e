package format

// Schema is the description of a writer's records.
type Schema struct {
	Name       string   // where it was read from, for messages
	Categories []string // closed list of the categories of fields
	Purposes   []string // closed list of purposes
	Kinds      []*Kind  // in the order of the file; Kinds[i].Index == i
	Retentions map[string]Retention
	Acts       []*Act // of the ledger, in the order of the file
	HandedOver HandedOver

	prefixes [26 * 26]*Kind
	acts     map[string]*Act
}

// Kind describes the records under one prefix of keys.
type Kind struct {
	Prefix string // two letters, unique over all stores
	Name   string
	// Stores where it may stand: cloud, vault, archive, ledger, analytics,
	// or building for every building-NAME.
	Stores []string
	// Shape is the key's form behind the prefix, such as SUBJECT/ITEM.
	Shape string
	// Whose ID stands as SUBJECT: subject, case, or key for a wrapped key,
	// which may be a subject's, a randomized ID's or a case's. "" without
	// SUBJECT in the key.
	Whose string
	// Sealed says under whose data key values are sealed: no, subject (the
	// ID in the key), pseudonym (the ID in the field of that name) or
	// building (the building's common key, whose ID is 16 zero bytes).
	Sealed     string
	Service    string // Remote Call, Flow or both
	Controller string // who decides: KONE or Manager
	Processor  string // who processes for the controller, "" for nobody
	Source     string // subject, manager, device or system
	Retention  string // name of a class in Schema.Retentions
	Purposes   []string
	Fields     []Field // those of every record, then its own
	Index      int     // in Schema.Kinds, for counters in slices

	stores   uint8
	shape    []component
	required uint64 // bit i: Fields[i] must be there
	repeat   []int  // indexes of Fields that repeat the key
	acts     bool   // a ledger entry: facts are judged by its act
	schema   *Schema
}

// Field describes one field of a kind, or one fact of an act.
type Field struct {
	Name     string
	Category string
	Form     string   // see the head of records.toml
	Values   []string // what a field of the form "one of" may say
	Optional bool     // may be absent
	// Same names the component of the key that the field repeats: SUBJECT,
	// ITEM, LOG, YYYYMMDD or SEQUENCE; "" for none.
	Same string
	// Derived, where not "", says that ITEM in the key is the first 16 bytes
	// of the SHA-256 of Derived and the field.
	Derived string
	// Every is whether the field stands in every record.
	Every bool
	// Rest is what the name of a fact such as store-* goes on with: place,
	// kind or number. Such a Name has no * here and ends in "-".
	Rest string

	form form
	same component
	tag  bool   // controller or processor, which must be want
	want string // "" for absent
}

// Retention is one class of retention.
type Retention struct {
	What string // in words
	Days int    // longest time; 0 where the class has no number of days
	// From is the field from whose instant Days count: at, active, closed ...
	From string
}

// HandedOver says what a building's store becomes when the provider's service
// ends in the building. The zero value: stores are not handed over.
type HandedOver struct {
	Mark       string // key of the mark in the store that says so
	Controller string // of all that is written afterwards; nobody processes it
}

// Act describes one act of the ledger.
type Act struct {
	Name  string
	Facts []Field

	schema *Schema
}

// Key is a parsed key. IDs are in their written form.
type Key struct {
	Kind     *Kind // nil for marks that name no kind
	Subject  string
	Item     string
	Log      string
	Day      string // YYYYMMDD
	Sequence uint64
	// Mark is whether the key is a mark of a drop under way, not a record.
	// The components that the mark names are filled in.
	Mark bool
	// HandedOver is for the caller to set before Check, where the store has
	// the mark Schema.HandedOver.Mark: what was written since then says so in
	// controller and processor, what was written before says what the kind
	// says.
	HandedOver bool
}

// Value is the outer form of a stored value.
type Value struct {
	Sealed bool
	KeyID  string // ID of the data key, "" where plain
	Body   []byte // JSON where plain; nonce, ciphertext and tag where sealed
}

// Member is one member of a JSON object. Both slices point into what was
// parsed, except a Name that was written with escapes.
type Member struct {
	Name []byte // without quotes and escapes
	Raw  []byte // the value as written, white space around it cut off
}

// Meta is what every record says about itself. The slices point into the
// record.
type Meta struct {
	Controller, Processor, Building []byte // nil where absent
	At                              int64  // nanoseconds since 1970, UTC
}

// Flaw is one deviation of a record from its kind.
type Flaw struct {
	Fault   Fault
	Field   string // name of the declared field; "" for the whole record
	Message string // names fields and forms, never a value
}

// Fault is the sort of a flaw.
type Fault string

// The sorts of flaws.
const (
	Unknown   Fault = "unknown"  // a field, act or fact that is not declared
	Missing   Fault = "missing"  // a field or fact that must be there
	WrongForm Fault = "form"     // not in the declared form, or not sealed as declared
	WrongTag  Fault = "tag"      // controller or processor are not the kind's
	NotTheKey Fault = "key"      // differs from the component of the key that it repeats
	Repeated  Fault = "repeated" // the same name twice
)
