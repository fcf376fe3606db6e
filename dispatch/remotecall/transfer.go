package remotecall

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoistway/dispatch/registry"
)

// Agreement is a processing agreement with a recipient (RC:L37, FL:L66).
type Agreement struct {
	Recipient         string // number of an organisation, such as ORG-4
	Group             bool   // a company of the provider's or Manager's group (RC:L39, FL:L68), of registry.Options.Group
	Region, Mechanism string // a region outside the EEA needs one of registry.Mechanisms
	Purposes          []registry.Purpose
	Categories        []registry.Category
	From, Until       time.Time
	// Consideration is what the recipient gives in return. It must be empty:
	// data are not sold (FL:L68).
	Consideration string
}

// lawful tells whether data may be processed in a region.
func lawful(region, mechanism string) bool {
	return slices.Contains(registry.EEA(), region) || countryForm(region) == nil && len(region) == 2 && slices.Contains(registry.Mechanisms(), mechanism)
}

// Agree records an agreement in the ledger.
func (o *Operator) Agree(a Agreement) (_ registry.ID, err error) {
	defer o.logRefusal("agree", &err)
	if err := o.must(servingRoles); err != nil {
		return "", err
	}
	switch {
	case a.Recipient == "":
		return "", field(MissingField, "recipient", "")
	case !registry.ValidNumber(a.Recipient):
		return "", field(MalformedField, "recipient", "must be the number of an organisation, such as ORG-4")
	case len(a.Purposes) == 0 || len(a.Categories) == 0:
		return "", field(MissingField, "purposes or categories", "that the agreement is limited to")
	case a.From.IsZero() || !a.Until.After(a.From):
		return "", field(MalformedField, "from and until", "must be a period")
	case a.Consideration != "":
		return "", field(NoTransferBasis, "consideration", "must be none: data are not sold (FL:L68)")
	case !lawful(a.Region, a.Mechanism):
		return "", NoTransferBasis
	case a.Group && !o.s.c.Registry.InGroup(a.Recipient):
		return "", field(NoTransferBasis, "recipient", "is not on the list of the group's organisations: add it to \"group\" in "+registry.ConfigFile)
	}
	facts := map[string]string{
		"recipient": a.Recipient, "group": yesNo(a.Group), "region": a.Region, "purposes": words(a.Purposes), "categories": words(a.Categories),
		"from": instant(a.From), "until": instant(a.Until),
	}
	if a.Mechanism != "" {
		facts["mechanism"] = a.Mechanism
	}
	return o.s.note(registry.ActAgreement, facts, true)
}

// TransferRequest names what goes to whom.
type TransferRequest struct {
	Recipient string
	Group     bool // the transfer is made as one within the group: the agreement must say so, too
	Purpose   registry.Purpose
	Kinds     []string // names
	Subjects  []registry.ID
}

// Transfer writes an export of some kinds' records for a recipient, under an
// agreement that is valid now and covers the purpose and every category. The
// ledger has it before the export is returned. Nothing goes when one of the
// subjects has stopped the service or objected to the purpose: the refusal says
// which of them, for the next request to leave out.
func (o *Operator) Transfer(r TransferRequest) (export []byte, err error) {
	defer o.logRefusal("transfer", &err)
	if err := o.must(servingRoles); err != nil {
		return nil, err
	}
	if len(r.Subjects) == 0 || len(r.Kinds) == 0 {
		return nil, field(MissingField, "kinds and subjects", "that go")
	}
	var kinds []*registry.Kind
	var categories []registry.Category
	for _, name := range r.Kinds {
		k := kindOf(name)
		if k == nil || k.Store != registry.Cloud || !ofSubject(k) {
			return nil, field(MalformedField, "kinds", "must be of records about subjects, in the cloud store")
		}
		kinds = append(kinds, k)
		for _, f := range k.Fields {
			// Passwords never leave, so no agreement needs to allow them.
			if f.Category != registry.Credential && !slices.Contains(categories, f.Category) {
				categories = append(categories, f.Category)
			}
		}
	}
	agreement, basis, err := o.agreement(r, categories)
	if err != nil {
		return nil, err
	}
	file := exportFile{Form: "hoistway-transfer", Version: exportVersion, At: o.s.now(), Items: []exportItem{}}
	h := o.s.handle(registry.RoleSubcontractor, r.Purpose).On(agreement)
	for i, subject := range r.Subjects {
		switch willing, err := o.s.take(h, subject, r.Purpose, kinds, &file.Items); {
		case err != nil:
			return nil, err
		case !willing:
			return nil, field(ProcessingStopped, "subjects", fmt.Sprintf("number %d of %d has stopped the service or objected to the purpose: leave them out", i+1, len(r.Subjects)))
		}
	}
	if export, err = written(file); err != nil {
		return nil, err
	}
	facts := map[string]string{
		"recipient": r.Recipient, "agreement": string(agreement), "purpose": string(r.Purpose), "kinds": strings.Join(r.Kinds, ","), "categories": words(categories),
		"region": basis["region"], "subjects": strconv.Itoa(len(r.Subjects)), "records": strconv.Itoa(len(file.Items)), "consideration": "none", "group": basis["group"],
	}
	if m := basis["mechanism"]; m != "" {
		facts["mechanism"] = m
	}
	if _, err := o.s.note(registry.ActTransfer, facts, true); err != nil {
		return nil, err
	}
	return export, nil
}

// take adds a subject's records of some kinds to what goes to a recipient, unless
// the subject has no account any more or has objected (RC:L49, FL:L78). An
// objection is made before it or after it.
func (s *Service) take(h registry.Handle, subject registry.ID, purpose registry.Purpose, kinds []*registry.Kind, items *[]exportItem) (willing bool, err error) {
	defer s.turn(subject)()
	if s.account(subject) == nil {
		return false, nil
	}
	if stopped, err := s.stopped(subject, purpose); stopped || err != nil {
		return false, err
	}
	for _, k := range kinds {
		if err := each(h.Of(subject), k, subject, items, string(registry.Cloud)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// agreement finds the agreement under which a transfer is made, with its facts
// in the ledger.
func (o *Operator) agreement(r TransferRequest, categories []registry.Category) (id registry.ID, facts map[string]string, err error) {
	now := instant(o.s.now())
	refusal := NoAgreement
	err = o.s.c.Registry.Entries(func(_ uint64, e *registry.Entry) error {
		switch f := e.Facts; {
		case e.Act != registry.ActAgreement, f["recipient"] != r.Recipient, !within(now, f["from"], f["until"]):
		case !slices.Contains(strings.Split(f["purposes"], ","), string(r.Purpose)), !covers(strings.Split(f["categories"], ","), categories):
		case r.Group && (f["group"] != "yes" || !o.s.c.Registry.InGroup(r.Recipient)):
		case !lawful(f["region"], f["mechanism"]):
			refusal = NoTransferBasis
		default:
			id, facts = e.ID, f
		}
		return nil
	})
	if err != nil {
		return "", nil, stored("look for an agreement in the ledger", err)
	}
	if id == "" {
		return "", nil, refusal
	}
	return id, facts, nil
}

// covers tells whether an agreement names every category. Technical fields,
// such as when a record was made, belong to any of them.
func covers(agreed []string, categories []registry.Category) bool {
	return !slices.ContainsFunc(categories, func(c registry.Category) bool {
		return c != registry.Technical && !slices.Contains(agreed, string(c))
	})
}

// within tells whether an instant lies in [from, until), all as in the ledger.
func within(now, from, until string) bool {
	t, err1 := time.Parse(time.RFC3339Nano, now)
	a, err2 := time.Parse(time.RFC3339Nano, from)
	b, err3 := time.Parse(time.RFC3339Nano, until)
	return err1 == nil && err2 == nil && err3 == nil && !t.Before(a) && t.Before(b)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func words[W ~string](list []W) string {
	var all []string
	for _, w := range list {
		all = append(all, string(w))
	}
	return strings.Join(all, ",")
}

// Order is an authority's demand.
type Order struct {
	Authority, Basis  string   // of registry.Authorities and registry.Laws
	Number            string   // of the order, such as C-2026-17, or empty
	Demanded, Allowed bool     // by the law that applies; both are needed
	Approver          string   // number of a member of staff, such as staff-3
	Emails            []string // of the persons it names
	Service           string
}

// mostPerOrder bounds an order to individuals.
const mostPerOrder = 20

// Disclose does for an authority what an order demands, no more (RC:L41,
// FL:L72): the records of the persons that it names. It is in the ledger before
// anything is read.
func (o *Operator) Disclose(r Order) (export []byte, err error) {
	defer o.logRefusal("disclose", &err)
	if err := o.must(servingRoles); err != nil {
		return nil, err
	}
	switch {
	case !r.Demanded || !r.Allowed || !slices.Contains(registry.Authorities(), r.Authority) || !slices.Contains(registry.Laws(), r.Basis) || r.Approver == "":
		return nil, NoGrounds
	case r.Number != "" && !registry.ValidNumber(r.Number):
		return nil, field(MalformedField, "number", "must be the number of an order, such as C-2026-17")
	case !staffNumber.MatchString(r.Approver):
		return nil, field(MalformedField, "approver", "must be the number of a member of staff, such as staff-3")
	case r.Service != RemoteCall && r.Service != Flow:
		return nil, field(MalformedField, "service", "must be remote-call or flow")
	case len(r.Emails) == 0 || len(r.Emails) > mostPerOrder:
		return nil, TooBroad
	}
	facts := map[string]string{
		"authority": r.Authority, "basis": r.Basis, "demanded": "yes", "allowed": "yes", "approver": r.Approver, "service": r.Service,
	}
	if r.Number != "" {
		facts["number"] = r.Number
	}
	var named []registry.ID
	for _, email := range r.Emails {
		subject, found := o.s.subjectByEmail(r.Service, email)
		if !found || slices.Contains(named, subject) {
			continue
		}
		named = append(named, subject)
		facts["ref-"+strconv.Itoa(len(named))] = registry.SubjectRef(subject)
	}
	if len(named) == 0 {
		return nil, NoAccount
	}
	var kinds []*registry.Kind
	for _, k := range registry.Kinds() {
		if ofSubject(k) && (k.Store == registry.Cloud && (k.Service == "" || k.Service == r.Service) || k.Store == registry.Building) && k != registry.KindObjection {
			kinds = append(kinds, k)
		}
	}
	facts["subjects"] = strconv.Itoa(len(named))
	records, err := o.count(named, kinds)
	if err != nil {
		return nil, err
	}
	facts["records"] = strconv.Itoa(records)
	grounds, err := o.s.note(registry.ActDisclosure, facts, true)
	if err != nil {
		return nil, err
	}
	file := exportFile{Form: "hoistway-disclosure", Version: exportVersion, Service: r.Service, At: o.s.now(), Items: []exportItem{}}
	err = o.s.forEach(o.s.handle(registry.RoleAuthority, registry.ToDefend).On(grounds), named, kinds, func(h registry.Handle, store string, k *registry.Kind, subject registry.ID) error {
		return each(h, k, subject, &file.Items, store)
	})
	if err != nil {
		return nil, err
	}
	return written(file)
}

// count tells how many records there are, from their keys alone.
func (o *Operator) count(subjects []registry.ID, kinds []*registry.Kind) (n int, err error) {
	err = o.s.forEach(o.s.handle(registry.RoleService, registry.ToFulfil), subjects, kinds, func(h registry.Handle, _ string, k *registry.Kind, subject registry.ID) error {
		return stored("count records", h.Each(registry.Ref{Kind: k, Subject: subject}, func(registry.Ref, func(registry.Record) error) error {
			n++
			return nil
		}))
	})
	return n, err
}

// forEach calls f for every kind of every subject, in the cloud and in every
// building that we serve.
func (s *Service) forEach(h registry.Handle, subjects []registry.ID, kinds []*registry.Kind, f func(h registry.Handle, store string, k *registry.Kind, subject registry.ID) error) error {
	for _, subject := range subjects {
		for _, k := range kinds {
			if k.Store == registry.Cloud {
				if err := f(h.Of(subject), string(registry.Cloud), k, subject); err != nil {
					return err
				}
				continue
			}
			for _, b := range s.c.Buildings {
				if err := f(h.Of(subject).In(b.Name), "building-"+b.Name, k, subject); err != nil && !notProvider(err) {
					return err
				}
			}
		}
	}
	return nil
}

// Development is the export for product development: aggregates only (RC:L31,
// FL:L43).
func (o *Operator) Development() (export []byte, err error) {
	defer o.logRefusal("development", &err)
	if err := o.must(analysisRoles); err != nil {
		return nil, err
	}
	file := struct {
		Form    string                   `json:"form"`
		Version int                      `json:"version"`
		At      time.Time                `json:"at"`
		Cells   []registry.AggregateCell `json:"cells"`
	}{"hoistway-development", exportVersion, o.s.now(), []registry.AggregateCell{}}
	err = o.s.handle(registry.RoleAnalytics, registry.ToAnalyse).
		Each(registry.Ref{Kind: registry.KindAggregateCell}, func(_ registry.Ref, load func(registry.Record) error) error {
			var c registry.AggregateCell
			if err := load(&c); err != nil {
				return err
			}
			file.Cells = append(file.Cells, c)
			return nil
		})
	if err != nil {
		return nil, stored("read the analytics", err)
	}
	return written(file)
}
