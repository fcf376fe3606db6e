package registry

import "time"

// The records. A json name here is the name in the stored bytes; a test holds
// the records and the declarations of declare*.go together.

// RemoteCallAccount is what Remote Call always collects (RC:L11).
type RemoteCallAccount struct {
	Meta
	Email    string    `json:"email"`
	Password string    `json:"password"` // PHC string
	Serial   string    `json:"device_serial"`
	Active   time.Time `json:"active"` // last use known, to the week
}

// FlowProfile is what Flow always collects (FL:L15).
type FlowProfile struct {
	Meta
	Name     string    `json:"name"`
	Gender   string    `json:"gender"`
	Country  string    `json:"country"`
	Language string    `json:"language"`
	Phone    string    `json:"phone"`
	Email    string    `json:"email"`
	Password string    `json:"password"` // PHC string
	Active   time.Time `json:"active"`   // last use known, to the week
}

// FlowPreferences are what the user may add (FL:L19); each can be removed on
// its own.
type FlowPreferences struct {
	Meta
	IntercomPhone    string `json:"intercom_phone,omitempty"`
	IntercomUsername string `json:"intercom_username,omitempty"`
	WalkingSpeed     int    `json:"walking_speed_mm_s,omitempty"`
	FavouriteFloor   string `json:"favourite_floor,omitempty"` // its name
	StorePictures    bool   `json:"store_missed_pictures,omitempty"`
}

// VisitorKey lets somebody in whom the user expects (FL:L19).
type VisitorKey struct {
	Meta
	Visitor  string    `json:"visitor"` // as the user entered it
	Floors   []string  `json:"floors"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Uses     int       `json:"uses"` // that are left
	CodeHash string    `json:"code_sha256"`
	Consent  ID        `json:"consent"`
}

// SubUser is a person whom the user gives access to (FL:L19).
type SubUser struct {
	Meta
	Name      string `json:"name"`
	Username  string `json:"username"`
	Number    string `json:"number"`
	BirthDate string `json:"birth_date"` // YYYY-MM-DD
	Note      string `json:"note,omitempty"`
	Guardian  bool   `json:"guardian,omitempty"` // the user holds parental responsibility
	Consent   ID     `json:"consent"`
}

// Objection stops one purpose for one subject (RC:L49, FL:L78). Its item is
// the purpose's own ID.
type Objection struct {
	Meta
	Purpose Purpose `json:"purpose"`
}

// KeyAudit notes that a visitor key or sub-user was created or deleted
// (FL:L19). It names the key, never a person. Previous and Hash chain the
// entries.
type KeyAudit struct {
	Meta
	Sequence uint64 `json:"sequence"`
	Act      string `json:"act"`  // "created" or "deleted"
	What     string `json:"what"` // "visitor-key" or "sub-user"
	Of       ID     `json:"of"`
	Previous string `json:"previous"`
	Hash     string `json:"hash"`
}

// UsageLog is the use of equipment under a randomized ID (FL:L21). At is
// rounded down to the hour.
type UsageLog struct {
	Meta
	Pseudonym ID     `json:"pseudonym"`
	Equipment string `json:"equipment"` // the bank
	Function  string `json:"function"`  // "remote-call", "key", "intercom"
}

// BuildingPerson is a person as one building's Manager knows them (RC:L15,
// FL:L17).
type BuildingPerson struct {
	Meta
	Service   string `json:"service"` // "remote-call" or "flow"
	Name      string `json:"name"`
	Address   string `json:"address,omitempty"`   // residential Flow only
	Apartment string `json:"apartment,omitempty"` // number
	MainUser  bool   `json:"main_user,omitempty"`
}

// Permission is what a Manager granted (RC:L15, FL:L17).
type Permission struct {
	Meta
	Service  string    `json:"service"`
	Floors   []string  `json:"floors"` // names; "*" for all
	Banks    []string  `json:"banks"`  // names; "*" for all
	From     time.Time `json:"from"`
	Until    time.Time `json:"until,omitzero"`      // zero = no end
	Daily    string    `json:"daily,omitempty"`     // "07:00-19:00" UTC; "" = always
	MayGrant bool      `json:"may_grant,omitempty"` // keys and sub-users
}

// KeyTag is the means that works without the app (FL:L51).
type KeyTag struct {
	Meta
	Number string   `json:"number"`
	Floors []string `json:"floors"`
}

// BuildingLog is an entry of a log that a building's configuration declares
// (FL:L23). Fields holds declared fields only.
type BuildingLog struct {
	Meta
	Log    string            `json:"log"`
	Fields map[string]string `json:"fields"`
}

// AggregateCell is a count over at least so many people that it is anonymous
// (RC:L25, FL:L31).
type AggregateCell struct {
	Meta
	Period     string            `json:"period"` // YYYY-MM
	Dimensions map[string]string `json:"dimensions"`
	People     int               `json:"people"`
	Count      int               `json:"count"`
}

// WrappedKey is a data key under a key-encryption key. Its subject is a
// subject's or a pseudonym's ID.
type WrappedKey struct {
	Meta
	Epoch   int    `json:"epoch"` // of the key-encryption key
	Wrapped []byte `json:"wrapped"`
}

// Link leads from a randomized ID to the subject: the additional information
// that only the vault holds (FL:L21). Sealed under the key-encryption key.
type Link struct {
	Meta
	Epoch  int    `json:"epoch"`
	Sealed []byte `json:"sealed"` // of a LinkTarget
}

// Pseudonyms are a subject's randomized IDs, so that erasing the subject finds
// them. Whose they are stands nowhere; see idList.
type Pseudonyms struct {
	Meta
	List []byte `json:"list"` // sealed
}

// PendingErasure lets an erasure that was cut short go on after a restart. It
// is deleted when the erasure is complete.
type PendingErasure struct {
	Meta
	Erasure ID     `json:"erasure"`
	Of      ID     `json:"of"` // the subject
	Cause   string `json:"cause"`
	Scope   string `json:"scope"`
	Done    string `json:"done"` // last step that is complete
}

// HeldRecord is a copy of a record that a legal hold names (FL:L62).
type HeldRecord struct {
	Meta
	Case     ID        `json:"case"`
	Store    string    `json:"store"` // of the original, such as "cloud" or "building-a"
	Key      string    `json:"key"`   // of the original
	Value    []byte    `json:"value"` // of the original, opened
	Deadline time.Time `json:"deadline,omitzero"`
}

// HoldCase is a legal hold: what it names and until when.
type HoldCase struct {
	Meta
	Reason   string    `json:"reason"`
	Number   string    `json:"number,omitempty"`
	Records  []string  `json:"records"` // STORE|KEY
	Closed   time.Time `json:"closed,omitzero"`
	Deadline time.Time `json:"deadline,omitzero"` // of the archive, once closed
}

// Entry is one line of the evidence ledger. Facts hold no personal data: they
// name subjects by erasure, case and consent IDs. Previous and Hash chain the
// entries.
type Entry struct {
	Meta
	Act      string            `json:"act"`
	ID       ID                `json:"id"` // of the erasure, case, consent ...
	Facts    map[string]string `json:"facts,omitempty"`
	Previous string            `json:"previous"`
	Hash     string            `json:"hash"`
}
