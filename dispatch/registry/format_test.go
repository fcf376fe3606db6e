package registry

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write FORMAT.md and the README's section on what is stored anew")

const readme = "../../README.md"

// FORMAT.md and the README's section say what the declarations say.
func TestDescriptions(t *testing.T) {
	page, err := os.ReadFile(readme)
	must(t, err)
	section, err := replaceSection(string(page), describeStored())
	must(t, err)
	for _, d := range []struct{ file, want string }{{"FORMAT.md", describeFormat()}, {readme, section}} {
		if *update {
			must(t, os.WriteFile(d.file, []byte(d.want), 0o644))
			continue
		}
		got, err := os.ReadFile(d.file)
		must(t, err)
		if diff := gocmp.Diff(d.want, string(got)); diff != "" {
			t.Errorf("%s is stale; run go generate ./dispatch/registry:\n%s", d.file, diff)
		}
	}
}

const (
	storedBegin = "<!-- stored: generated -->\n"
	storedEnd   = "<!-- stored: end -->\n"
)

func replaceSection(page, section string) (string, error) {
	before, rest, ok1 := strings.Cut(page, storedBegin)
	_, after, ok2 := strings.Cut(rest, storedEnd)
	if !ok1 || !ok2 {
		return "", fmt.Errorf("README.md lacks the lines %q and %q", storedBegin, storedEnd)
	}
	return before + storedBegin + section + storedEnd + after, nil
}

var storeOrder = []Store{Cloud, Building, Analytics, Vault, Archive, Ledger}

var storeWords = map[Store]string{
	Cloud:     "the provider's cloud",
	Building:  "the building's own server",
	Analytics: "the provider's analytics",
	Vault:     "the provider's vault of keys",
	Archive:   "the provider's archive of legal cases",
	Ledger:    "the provider's ledger of evidence",
}

// retentionWords say how long, with the periods that DefaultLimits proposes
// where the statements are silent.
func retentionWords(r Retention) string {
	l := DefaultLimits()
	days := func(d time.Duration) string { return fmt.Sprintf("%d days", d/(24*time.Hour)) }
	stop := "until the person stops, asks for deletion, moves out, or has not used the app for " + days(l.Inactivity)
	return map[Retention]string{
		UntilStop:        stop,
		UntilEnded:       "at most " + days(EndedKeys) + " after it ends, and no longer than " + stop,
		UntilWithdrawn:   "until the Manager withdraws it or the service ends in the building",
		YearFromCollect:  "at most 365 days from collection",
		ManagerDefined:   "as long as the building's Manager declared; a log without a declared period is refused",
		WhileSubject:     "as long as the data it belongs to; destroyed with them",
		WhileCase:        "while the legal case is open, then " + days(l.Archive) + " in the archive",
		WhileAccountable: "for good: it is the evidence, and names nobody",
		WhileUseful:      "without limit: nobody can be recognised in it",
		UntilComplete:    "until the erasure is complete",
	}[r]
}

var purposeWords = map[Purpose]string{
	ToProvide: "provide the service", ToCommunicate: "communicate", ToCorrect: "correct defects", ToSecure: "security", ToIdentify: "verify identity",
	ToAnalyse: "analyse use", ToReidentify: "re-identify in single cases", ToBackUp: "back up", ToAudit: "internal audit", ToDefend: "legal claims and authorities",
	ToFulfil: "people's rights", ToRetain: "retention",
}

var roleWords = map[Role]string{
	RoleSubject: "the person themselves", RoleManager: "the building's Manager", RoleService: "the service", RoleSecurity: "KONE's security staff", RoleAnalytics: "KONE's analysts",
	RoleSubUser: "a sub-user", RoleKeyHolder: "a visitor with a key", RoleSubcontractor: "a subcontractor", RoleAuthority: "an authority", RolePublic: "the public", RoleAuditor: "auditors",
}

var groundWords = map[string]string{
	ActIncident: "an incident", ActInstruction: "the Manager's instruction", ActReidentifyAsked: "an approved case", ActHold: "the legal case", ActAgreement: "a processing agreement", ActDisclosure: "a lawful order",
}

// readers says who may see records of a kind, and on which conditions.
func readers(k *Kind) string {
	var all []string
	for _, role := range roles {
		var rules []*rule
		for _, p := range purposes {
			if r := access.find(role, k, actRead, p); r != nil && !slices.Contains(rules, r) {
				rules = append(rules, r)
			}
		}
		if len(rules) == 0 {
			continue
		}
		words := roleWords[role]
		r := rules[0] // the first has the widest sight: a password that must be checked
		var notes []string
		if r.persons {
			notes = append(notes, "Residential Flow only")
		}
		if r.here {
			notes = append(notes, "of the building only")
		}
		for i, g := range r.grounds {
			if i == 0 {
				notes = append(notes, "on the grounds of "+groundWords[g])
			} else {
				notes[len(notes)-1] += " or " + groundWords[g]
			}
		}
		if len(r.hidden) > 0 {
			var words []string
			for _, name := range r.hidden {
				words = append(words, fieldWords(name))
			}
			notes = append(notes, "without "+strings.Join(words, ", "))
		}
		if len(notes) > 0 {
			words += " (" + strings.Join(notes, "; ") + ")"
		}
		all = append(all, words)
	}
	if len(all) == 0 {
		return "nobody"
	}
	return strings.Join(all, ", ")
}

func controllerWords(k *Kind) string {
	if k.Processor != "" {
		return k.Controller + "; " + k.Processor + " processes"
	}
	return k.Controller
}

var serviceWords = map[string]string{"": "both", "remote-call": "Remote Call", "flow": "Flow"}

// storedNames are the README's words for kinds.
var storedNames = map[*Kind]string{
	KindFlowPreferences: "preferences", KindFlowProfile: "profile", KindKeyAudit: "audit log of keys and sub-users", KindObjection: "objections", KindRemoteCallAccount: "account",
	KindSubUser: "sub-users", KindUsageLog: "log of use", KindVisitorKey: "visitor keys", KindBuildingLog: "building-specific logs", KindBuildingPerson: "persons of the building", KindKeyTag: "key tags",
	KindPermission: "permissions", KindAggregateCell: "anonymous counts", KindLink: "links of randomized IDs", KindPendingErasure: "erasures under way", KindPseudonyms: "lists of randomized IDs",
	KindWrappedKey: "keys of people's data", KindHoldCase: "legal cases", KindHeldRecord: "copies for legal cases", KindEntry: "evidence",
}

// describeStored is the README's section, for a privacy officer.
func describeStored() string {
	var b strings.Builder
	fmt.Fprint(&b, `
These tables are generated from the declarations by which the program itself stores (`+"`go generate ./dispatch/registry`"+`). Nothing
else can be stored, and whatever no rule allows is refused. `+"`dispatch/registry/FORMAT.md`"+` has every field and every rule. RC and FL are the
privacy statements of KONE Remote Call and KONE Flow, L a line in them. Where they name no period, the one given here is this
project's proposal.

| what | which | where | how long | who is responsible |
|---|---|---|---|---|
`)
	for _, k := range kinds {
		var fields []string
		for _, f := range k.Fields {
			if f.Category != Technical {
				fields = append(fields, fieldWords(f.Name))
			}
		}
		name := "**" + storedNames[k] + "**"
		if k.Service != "" {
			name += " (" + serviceWords[k.Service] + ")"
		}
		where := storeWords[k.Store]
		if k.Also != "" {
			where += ", and " + storeWords[k.Also]
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, cmp.Or(strings.Join(fields, ", "), "nothing about a person"), where, retentionWords(k.Retention), controllerWords(k))
	}
	b.WriteString("\n| what | what it is for | who may see it, beside the program |\n|---|---|---|\n")
	for _, k := range kinds {
		var why []string
		for _, p := range k.Purposes {
			why = append(why, purposeWords[p])
		}
		fmt.Fprintf(&b, "| **%s** | %s | %s |\n", storedNames[k], strings.Join(why, ", "), readers(k))
	}
	fmt.Fprintf(&b, `
What can name a person is encrypted under a key of that person, and erasing a person destroys the key, the records and their
traces in the files. Backups hold the cloud's records, encrypted, for at most %d days; after a restore, what was erased since is
erased again. Displays at the entrances show apartment numbers and intercom usernames, and nothing else (FL:L74).

A phone keeps some things for its user alone: with Flow the log of its use, floors of calls included (FL:L21), its randomized IDs
and the pictures of missed intercom calls that the user wants (FL:L27), with either app its settings. They go when the account is
erased and the phone hears of it, or with the app; `+"`dispatch/remotecall/phone/FORMAT.md`"+` has every file.

Nowhere else is it stored from where to where somebody called a lift (RC:L21), and nowhere at all the position of a phone
(FL:L25), video of the intercom (FL:L60) and passwords, of which only an argon2id hash is kept (FL:L15).
`, DefaultLimits().Backups/(24*time.Hour))
	return b.String()
}

// fieldWords is a field's name for readers who do not program.
func fieldWords(name string) string {
	switch name {
	case "walking_speed_mm_s":
		return "walking speed"
	case "store_missed_pictures":
		return "whether to keep missed pictures"
	case "code_sha256":
		return "hash of the code"
	case "list":
		return "randomized IDs, encrypted"
	case "of":
		return "its ID"
	case "pseudonym":
		return "randomized ID"
	case "password":
		return "password's hash"
	case "sealed":
		return "subject and building, encrypted"
	case "act":
		return "what happened"
	case "what":
		return "to a key or sub-user"
	}
	return strings.ReplaceAll(name, "_", " ")
}

// describeFormat is FORMAT.md, for whoever reads a store without this program.
func describeFormat() string {
	var b strings.Builder
	b.WriteString(formatHead)
	fmt.Fprintf(&b, "\n## Fields of every record\n\n")
	writeFields(&b, metaFields)
	for _, s := range storeOrder {
		fmt.Fprintf(&b, "\n## Records in %s (`%s`)\n", storeWords[s], storeFolder(s))
		for _, k := range kinds {
			switch {
			case k.Store == s:
				describeKind(&b, k)
			case k.Also == s:
				fmt.Fprintf(&b, "\nThis store holds records `%s` (%s) as well, which are described elsewhere on this page.\n", k.Prefix, k.Name)
			}
		}
	}
	b.WriteString("\n## Acts of the ledger\n\nA ledger entry has one of these acts and no facts but those named here. A name that ends in `*` goes on with a store, a kind or a number.\n")
	for _, a := range Acts() {
		fmt.Fprintf(&b, "\n**`%s`**: %s\n\n", a.Name, a.Doc)
		for _, f := range a.Facts {
			optional := ""
			if f.Optional {
				optional = ", may be absent"
			}
			fmt.Fprintf(&b, "- `%s` (%s%s): %s\n", f.Name, f.Form, optional, f.Doc)
		}
	}
	b.WriteString("\n## Who may do what\n\nWhat no sentence here allows is denied. Purposes are those of RC:L31 and FL:L37-45.\n\n| clause | sentence | roles | records | acts | purposes | conditions |\n|---|---|---|---|---|---|---|\n")
	for _, r := range rules {
		var names []string
		for _, k := range r.kinds {
			names = append(names, k.Name)
		}
		var conditions []string
		if r.own {
			conditions = append(conditions, "own records")
		}
		if r.persons {
			conditions = append(conditions, "persons of the Manager's residential building")
		}
		if r.here {
			conditions = append(conditions, "records of that building")
		}
		if len(r.grounds) > 0 {
			conditions = append(conditions, "grounds: "+strings.Join(r.grounds, " or "))
		}
		if len(r.hidden) > 0 {
			conditions = append(conditions, "hidden: "+strings.Join(r.hidden, ", "))
		}
		if len(r.mayset) > 0 {
			conditions = append(conditions, "may set unseen: "+strings.Join(r.mayset, ", "))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.clause, r.says, list(r.roles), strings.Join(names, ", "), list(r.acts), list(r.purposes), strings.Join(conditions, "; "))
	}
	return b.String()
}

func list[T any](all []T) string {
	var words []string
	for _, x := range all {
		words = append(words, fmt.Sprint(x))
	}
	return strings.Join(words, ", ")
}

func storeFolder(s Store) string {
	if s == Building {
		return buildingPrefix + "NAME/"
	}
	return string(s) + "/"
}

var keyWords = map[KeyShape]string{
	BySubject: "SUBJECT", BySubjectItem: "SUBJECT/ITEM", ByDayItem: "YYYYMMDD/ITEM", ByLogDayItem: "LOG/YYYYMMDD/ITEM", ByItem: "ITEM", BySequence: "SEQUENCE",
}

var sealWords = map[Seal]string{
	Plain:          "plain",
	UnderSubject:   "sealed under the key of the SUBJECT in the key",
	UnderPseudonym: "sealed under the key of the randomized ID in its field `pseudonym`",
	UnderBuilding:  "sealed under the building's common key, whose ID is 16 zero bytes",
}

func describeKind(b *strings.Builder, k *Kind) {
	fmt.Fprintf(b, "\n### `%s/%s`: %s\n\n%s\n\n", k.Prefix, keyWords[k.Key], k.Name, k.Doc)
	fmt.Fprintf(b, "%s · service %s · controller %s · source: %s · retention %s: %s · purposes: %s\n\n",
		sealWords[k.Sealed], serviceWords[k.Service], controllerWords(k), k.Source, k.Retention, retentionWords(k.Retention), list(k.Purposes))
	writeFields(b, k.Fields)
}

func writeFields(b *strings.Builder, fields []Field) {
	b.WriteString("| field | category | | what it is |\n|---|---|---|---|\n")
	for _, f := range fields {
		optional := ""
		if f.Optional {
			optional = "may be absent"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.Name, f.Category, optional, f.Doc)
	}
}

// The words of the descriptions are whole: nothing that is declared lacks one.
func TestDescriptionsAreWhole(t *testing.T) {
	for _, k := range kinds {
		for _, word := range []string{storedNames[k], storeWords[k.Store], retentionWords(k.Retention), keyWords[k.Key], sealWords[k.Sealed], serviceWords[k.Service]} {
			if word == "" {
				t.Errorf("%s: a word is missing", k.Name)
			}
		}
		for _, p := range k.Purposes {
			if purposeWords[p] == "" {
				t.Errorf("purpose %s has no words", p)
			}
		}
	}
	for _, r := range rules {
		for _, g := range r.grounds {
			if groundWords[g] == "" {
				t.Errorf("grounds %s have no words", g)
			}
		}
	}
	for _, role := range roles {
		if roleWords[role] == "" {
			t.Errorf("role %s has no words", role)
		}
	}
	if _, err := replaceSection("no markers", ""); err == nil {
		t.Error("a README without markers was taken")
	}
	if got := describeFormat(); bytes.ContainsRune([]byte(got), '\t') || strings.Contains(got, "%!") {
		t.Error("FORMAT.md has tabs or a wrong format")
	}
}

var formatHead = `<!-- Generated by "go generate ./dispatch/registry" from the declarations in declare*.go, act.go and rules.go. -->

# What lies in the stores, for strangers

With this page, Badger v4 and a library of AES-GCM and XChaCha20-Poly1305, the stores can be read and written without this program.

## Folders

The folder of the stores has one Badger database each in ` + "`cloud/`, `analytics/`, `vault/`, `archive/`, `ledger/`" + ` and ` + "`building-NAME/`" + ` for each
building. They have one version of each key, no time to live, and no encryption of Badger's own. ` + "`registry.json`" + ` beside them says
which buildings, logs, limits and countries they were opened with; ` + "`backups/`" + ` has full backups of the cloud (a line of JSON, then Badger's
backup stream), and ` + "`displays/`" + ` what the displays show.

The folder of the keys lies elsewhere: ` + "`provider-EPOCH.key`, and `building-NAME-EPOCH.key`" + ` for each building, 32 raw bytes each,
mode 0600. Those of a building in which the provider's service has ended lie in ` + "`handed-over/NAME/`" + ` under the same names until whoever goes
on with the building takes them away; nothing of the provider's reads them. With that folder as the folder of the keys, and the
building's own store in a folder of its own, the building's store opens as before.

## Keys

A key is ASCII: a prefix of two letters, which is unique over all stores, and what the kind's line says, with ` + "`/`" + ` between.

| in the key | is |
|---|---|
| SUBJECT, ITEM | an ID: 16 random bytes in base32, alphabet ` + "`a-z2-7`" + `, without padding: 26 characters. The last character stands for 3 bits and is one of ` + "`a e i m q u y 4`" + ` |
| LOG | the name of a log that the building's configuration declares |
| YYYYMMDD | the day of the record's ` + "`at`" + `, UTC |
| SEQUENCE | 16 hexadecimal digits in lower case, from 1 |

Besides records a store may hold marks: ` + "`~m`" + ` says that removed or corrected records have still to go from the files, and ` + "`~h`" + ` that a
building's server was handed over, after which all that is written into it has the controller Manager and no processor. A key or prefix with
` + "`~`" + ` behind it, or nothing but ` + "`~`" + ` and another letter, is a drop under way. Marks have no value and hold nothing about anybody but what they name.

## Values

    01 00 JSON                                                  plain
    01 01 KEYID(16) NONCE(12) CIPHERTEXT TAG(16)                sealed

The first byte is the version of this page, the second the form. JSON is one object in UTF-8 with the fields below, those of every
record and those of the kind; other fields are an error, and so is a form that is not the kind's. Instants are RFC 3339, UTC. Bytes
are base64. Lists may be null.

A sealed value is AES-256-GCM under the data key whose ID is KEYID, with NONCE. The associated data are the name of the store
(` + "`cloud`, `building-a`" + `), a zero byte, and the whole Badger key, so that a value opens only where it was written.

## To open a sealed value

1. Take KEYID, bytes 2 to 17, and write it as an ID.
2. Find the wrapped key ` + "`wk/ID`" + `: for ` + "`cloud`, `vault` and `archive`" + ` in the store ` + "`vault`" + `, for a building in the building's own store. It is a plain record.
   Without one the value cannot be opened by anybody: the key was destroyed.
3. Take the key-encryption key of the record's ` + "`epoch`" + `: the file ` + "`provider-EPOCH.key`, or `building-NAME-EPOCH.key`" + `,
   of a building in which the service has ended ` + "`handed-over/NAME/building-NAME-EPOCH.key`" + `.
4. The record's ` + "`wrapped`" + ` is a nonce of 24 bytes and XChaCha20-Poly1305 of the data key, 32 bytes. The associated data are the name of the
   ring (` + "`provider`, or `building-NAME`" + `), a zero byte, and the key ` + "`wk/ID`" + `.
5. Open the value with the data key as above.

The field ` + "`sealed`" + ` of a link is sealed like a wrapped key, with ` + "`ln/ID`" + ` in place of ` + "`wk/ID`" + `. It is JSON with the fields ` + "`subject`" + ` (an ID) and
` + "`building`" + `, and ` + "`stopped`" + ` where the subject objected to the use of the ID, with spaces behind.

The list of a subject's randomized IDs, ` + "`ps/ITEM`" + `, names nobody. ITEM is the first 16 bytes of the HMAC-SHA-256 of ` + "`pseudonyms|item`" + ` under the
subject's data key; its field ` + "`list`" + ` is NONCE CIPHERTEXT TAG as in a sealed value, under the HMAC-SHA-256 of ` + "`pseudonyms|key`" + ` under the same
key, bound to ` + "`vault`" + ` and ` + "`ps/ITEM`" + ` as above. It is a JSON list of IDs with spaces behind.

To write a record by hand, make a wrapped key for its subject unless there is one, commit it first, and turn the steps around.

## What the order of commits tells

Badger numbers commits, and each record keeps the number of its own. In the vault a subject's key is written at sign-up, and a link some time
later: side by side, they would tell whose a randomized ID is. Therefore each registration of an ID writes the last ` + fmt.Sprintf("%d to %d", leastCrowd, 2*leastCrowd-1) + ` links with their
keys once more in its own commit, and keys, links and lists are dated by the day. Who pairs IDs and subjects by the numbers of their commits is
right about one in ` + fmt.Sprint(leastCrowd) + ` of them at most, even where each registration follows its sign-up at once, and while there are fewer IDs about one in
as many as there are. Former versions stay in the files until they are settled, once a week. A
rotation of the key-encryption key numbers everything anew in the order of the keys, which is none. Objections are recorded by writing all
links of one subject in one commit, which tells that they belong together, and not to whom.

## Chains

Entries of the ledger, and those of one building in the key audit, are chained in the order of their keys. ` + "`hash`" + ` is the hexadecimal SHA-256 of
the text of ` + "`previous`" + `, which is the hash of the entry before and "" in the first, and the entry's JSON without its field ` + "`hash`" + `, with the names of all
objects in order, without white space, and without escapes that JSON does not demand. The key audit loses its oldest entries: a ledger
entry ` + "`key-audit-anchor`" + ` names the last that went.
`
