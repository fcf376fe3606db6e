package remotecall

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hoistway/dispatch/registry"
)

// Forms of the files that rights give.
const (
	exportForm    = "hoistway-subject-export"
	exportVersion = 1
)

// exportFile is everything about one subject: the answer to ToReview, and to
// an authority's order.
type exportFile struct {
	Form      string       `json:"form"`
	Version   int          `json:"version"`
	Service   string       `json:"service"`
	At        time.Time    `json:"at"`
	Items     []exportItem `json:"items"`
	Notes     []string     `json:"notes"`
	Referrals []string     `json:"referrals,omitempty"`
}

// exportItem is one stored record with what its kind declares.
type exportItem struct {
	Store      string             `json:"store"` // "cloud", "building-a", "ledger"
	Kind       string             `json:"kind"`
	What       string             `json:"what"`
	Building   string             `json:"building,omitempty"`
	Controller string             `json:"controller"`
	Processor  string             `json:"processor,omitempty"`
	Source     string             `json:"source"`
	Purposes   []registry.Purpose `json:"purposes"`
	Retention  registry.Retention `json:"retention"`
	Collected  time.Time          `json:"collected"`
	Fields     []exportField      `json:"fields"`
}

type exportField struct {
	Name     string            `json:"name"`
	Category registry.Category `json:"category"`
	Value    json.RawMessage   `json:"value,omitempty"`
	Withheld string            `json:"withheld,omitempty"` // why a value that is stored is not shown
}

// exportNotes say what an export cannot show, so that nobody takes it for
// nothing.
var exportNotes = []string{
	"The vault holds keys under which your records are sealed. They say nothing about you.",
	"The log on your phone and pictures from the intercom are on your phone alone; the app shows them.",
	"Lift calls and positions are not stored.",
	"Backups hold copies of what stands here from the cloud store, until they are deleted.",
	"You may lodge a complaint with the data protection supervisory authority (RC:L53, FL:L94).",
}

// noteKeyAudit stands in every export of Flow.
const noteKeyAudit = "The audit log of visitor keys and sub-users names keys and no person, and is opened on the grounds of an incident only (FL:L19)."

// noteWithoutPseudonyms stands in an export of Flow to which the phone has
// given no randomized IDs.
const noteWithoutPseudonyms = "The usage log names nobody. Ask through the app on your phone, which knows your randomized ID-numbers, to have your part of it included."

// export gathers everything about the subject from the cloud, from every
// building server that we serve and from the ledger.
func (s *Service) export(q *request, pseudonyms []registry.ID) ([]byte, error) {
	file := exportFile{Form: exportForm, Version: exportVersion, Service: q.service, At: s.now(), Notes: exportNotes}
	h := s.own(q)
	items, err := s.gather(h, q.service, q.subject, s.mayShow(q))
	if err != nil {
		return nil, err
	}
	file.Items = items
	if q.service == Flow {
		file.Notes = append([]string{noteKeyAudit}, exportNotes...)
		if len(pseudonyms) == 0 {
			file.Notes = append([]string{noteWithoutPseudonyms}, file.Notes...)
		} else if err := s.addUsage(&file, pseudonyms); err != nil {
			return nil, err
		}
	}
	if err := s.addEvidence(q.subject, &file); err != nil {
		return nil, err
	}
	for _, x := range q.referred {
		file.Referrals = append(file.Referrals, x.String())
	}
	return written(file)
}

// written gives a file as JSON.
func written(file any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(file); err != nil {
		return nil, fmt.Errorf("write an export: %w", err)
	}
	return b.Bytes(), nil
}

// shows tells whether a kind's records in a building are shown, and notes the
// referral when they are not. A nil kind stands for a building that we no
// longer serve.
type shows func(building string, kind *registry.Kind) bool

// mayShow is the rule of FL:L92, "in any requests relating to the Access
// Permissions or Building Specific Logs, please contact the Manager first,
// before contacting KONE":
//
//   - Who asks KONE's staff for everything in Flow gets a referral in place of
//     the access permissions of each building.
//   - Who asks through a building's Manager has asked that Manager first: their
//     permissions are shown, and those of other buildings are referred.
//   - The app shows its user the permissions: nobody is being contacted.
//   - Remote Call's statement has no such sentence (RC:L49), and nothing in it
//     is withheld.
//   - Logs that a building's configuration orders are processed on the
//     Manager's behalf only and name nobody (FL:L23, FL:L35): always referred.
func (s *Service) mayShow(q *request) shows {
	return func(building string, kind *registry.Kind) bool {
		switch {
		case kind == nil:
			q.refer(building, "what is stored locally in the building, where KONE is no longer the provider (RC:L45)")
			return false
		case kind == registry.KindBuildingLog:
			q.refer(building, "building specific logs (FL:L92)", kind)
			return false
		case kind == registry.KindPermission && q.service == Flow && (q.channel == channelOperator || q.channel == channelManager && q.building != building):
			q.refer(building, "access permissions (FL:L92)", kind)
			return false
		}
		return true
	}
}

// gather reads all records of a subject in the cloud and the building servers.
func (s *Service) gather(h registry.Handle, service string, subject registry.ID, may shows) ([]exportItem, error) {
	items := []exportItem{}
	for _, kind := range registry.Kinds() {
		if kind.Store != registry.Cloud || !ofSubject(kind) || kind.Service != "" && kind.Service != service {
			continue
		}
		if err := each(h, kind, subject, &items, string(registry.Cloud)); err != nil {
			return nil, err
		}
	}
	for _, b := range s.c.Buildings {
		found, err := s.gatherIn(h.In(b.Name), b.Name, service, subject, may)
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	return items, nil
}

// gatherIn reads the records of a subject in one building's server. Where the
// person is not known there is nothing to be shown and nothing to be referred.
func (s *Service) gatherIn(h registry.Handle, building, service string, subject registry.ID, may shows) ([]exportItem, error) {
	store := "building-" + building
	var items []exportItem
	err := each(h, registry.KindBuildingPerson, subject, &items, store)
	if errors.Is(err, NotProvider) {
		may(building, nil)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	known := len(items) > 0
	for _, kind := range registry.Kinds() {
		switch {
		case kind.Store != registry.Building || kind == registry.KindBuildingPerson:
		case kind == registry.KindBuildingLog:
			if known && service == Flow && len(s.sites[building].logs) > 0 {
				may(building, kind)
			}
		case ofSubject(kind):
			var found []exportItem
			if err := each(h, kind, subject, &found, store); err != nil {
				return nil, err
			}
			if len(found) > 0 && may(building, kind) {
				items = append(items, found...)
			}
		}
	}
	return items, nil
}

// ofSubject tells whether the keys of a kind begin with a subject.
func ofSubject(k *registry.Kind) bool {
	return k.Key == registry.BySubject || k.Key == registry.BySubjectItem
}

// each appends the records of one kind of a subject.
func each(h registry.Handle, kind *registry.Kind, subject registry.ID, items *[]exportItem, store string) error {
	err := h.Each(registry.Ref{Kind: kind, Subject: subject}, func(_ registry.Ref, load func(registry.Record) error) error {
		rec := kind.New()
		if err := load(rec); err != nil {
			if gone(err) {
				return nil // erased, but for the files
			}
			return err
		}
		item, err := newItem(store, kind, rec)
		*items = append(*items, item)
		return err
	})
	return stored("read the records of "+kind.Name, err)
}

// newItem is a record as an export shows it.
func newItem(store string, kind *registry.Kind, rec registry.Record) (exportItem, error) {
	meta := rec.Head()
	item := exportItem{
		Store: store, Kind: kind.Name, What: kind.Doc, Building: meta.Building, Controller: meta.Controller, Processor: meta.Processor,
		Source: kind.Source, Purposes: kind.Purposes, Retention: kind.Retention, Collected: meta.At, Fields: []exportField{},
	}
	text, err := json.Marshal(rec)
	if err != nil {
		return item, err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(text, &values); err != nil {
		return item, err
	}
	for _, f := range kind.Fields {
		value, there := values[f.Name]
		switch {
		case !there:
		case f.Category == registry.Credential:
			item.Fields = append(item.Fields, exportField{Name: f.Name, Category: f.Category, Withheld: "stored in a form that cannot be turned back"})
		default:
			item.Fields = append(item.Fields, exportField{Name: f.Name, Category: f.Category, Value: value})
		}
	}
	return item, nil
}
