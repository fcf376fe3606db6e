package registry

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// Cause is why records of a subject go.
type Cause string

const (
	CauseRequest    Cause = "request"       // the subject asked
	CauseMovedOut   Cause = "moved-out"     // the Manager says they ceased
	CauseInactive   Cause = "inactive"      // unused for Limits.Inactivity
	CauseServiceEnd Cause = "service-ended" // no longer provided in the building
	CauseRelease    Cause = "hold-released" // deferred by a legal hold
)

// Erase removes a subject from all stores. In this order:
//
//   - the intent stands in the ledger, and the plan in the vault, on the disk;
//   - one transaction in each store deletes the records;
//   - that of the vault destroys the subject's key, randomized IDs, their links
//     and keys, and with them whatever backups and the usage log still hold as
//     ciphertext;
//   - displays are rendered anew;
//   - all stores drop the deleted records from their files, and sync, last the
//     plan with the subject's ID;
//   - the certificate stands in the ledger, on the disk.
//
// After a crash anywhere in between, Open completes it.
//
// What a Manager answers for stays and is referred to that Manager, unless the
// cause is moved-out or service-ended: of Flow everything in building servers
// (FL:L35), of Remote Call key tags only, which have to work without the app
// (FL:L51). In a building that was handed over nothing is touched. Records
// under a legal hold are deleted too; the case has copies of its own.
//
// Phones are not the registry's: whoever tells them to delete adds to the
// certificate with Instruct.
//
// A second call for the same subject continues the first, or gives its
// certificate when nothing is left to do. A subject of whom there is nothing
// and never was is ErrNotFound.
func (r *Registry) Erase(subject ID, cause Cause) (*Certificate, error) {
	if !subject.Valid() {
		return nil, errors.New("erase: malformed ID")
	}
	r.ledger.erasing.Lock()
	defer r.ledger.erasing.Unlock()
	ref := SubjectRef(subject)
	e, err := r.pendingErasure(ref)
	if err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	if e != nil {
		return r.completeErasure(e)
	}
	plan, err := r.planErasure(subject, cause)
	if err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	settled, err := r.ledger.settledErasure(ref)
	if err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	switch {
	case settled != nil && plan.records == 0 && cause != CauseRelease:
		c, err := certificateOf(settled)
		if err != nil {
			return nil, err
		}
		return r.instructed(c)
	case settled == nil && plan.records+plan.referred == 0:
		return nil, ErrNotFound
	}
	at := r.o.Now().UTC().Round(0)
	id, err := r.Append(Entry{Meta: Meta{At: at}, Act: ActErasureIntended, Facts: map[string]string{"ref": ref, "cause": string(cause)}}, true)
	if err != nil {
		return nil, err
	}
	r.step("erase:intent")
	e = &erasure{id: id, subject: subject, ref: ref, cause: cause, at: at, lines: plan.lines, pseudonyms: plan.pseudonyms, list: plan.list, displays: plan.displays}
	if err := r.writePending(e); err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	r.step("erase:pending")
	return r.completeErasure(e)
}

// completeErasure goes on with an erasure whose plan stands in the vault. All
// of its steps may be repeated.
func (r *Registry) completeErasure(e *erasure) (*Certificate, error) {
	if e.subject != "" {
		if err := r.eraseSubject(e); err != nil {
			return nil, fmt.Errorf("erase: %w", err)
		}
	}
	r.step("erase:replaced")
	if err := r.dropNamed(e); err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	// From here on nobody knows the subject's ID any more.
	r.step("erase:forgotten")
	c := &Certificate{Erasure: e.id, Cause: e.cause, At: e.at, Stores: e.lines}
	c.sort()
	done, err := r.ledger.settledErasure(e.ref)
	if err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	if done == nil || done.ID != e.id {
		c.Settled = r.o.Now().UTC().Round(0)
		if _, err := r.Append(Entry{Meta: Meta{At: c.Settled}, Act: ActErasureSettled, ID: e.id, Facts: c.facts(e.ref)}, true); err != nil {
			return nil, err
		}
	} else {
		c.Settled = done.At
	}
	r.step("erase:certificate")
	if err := r.removePending(e); err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	r.step("erase:done")
	return c, nil
}

// eraseSubject deletes the records in all stores, then drops them from the
// files of all stores at the same time, and last forgets the subject's ID.
func (r *Registry) eraseSubject(e *erasure) error {
	if err := r.refer(e); err != nil {
		return err
	}
	r.step("erase:held") // the archive has had its copies since the case was opened
	drops := map[*store][][]byte{}
	cloud, err := r.store(Cloud, "")
	if err != nil {
		return err
	}
	if drops[cloud], err = cloud.subjectPrefixes(e.subject); err != nil {
		return err
	}
	if err := cloud.deleteUnder(drops[cloud]); err != nil {
		return err
	}
	r.step("erase:cloud")
	for _, s := range r.servedBuildings() {
		d, err := s.dueInBuilding(e.subject, e.cause, e.resumed)
		if err != nil {
			return err
		}
		if len(d.prefixes) == 0 {
			continue
		}
		if err := s.deleteUnder(d.prefixes); err != nil {
			return err
		}
		s.ring.forget(e.subject)
		drops[s] = d.prefixes
		r.step("erase:" + s.name)
	}
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	if drops[v], err = r.shredSubject(v, e); err != nil {
		return err
	}
	r.step("erase:vault")
	if err := r.renderDisplays(e); err != nil {
		return err
	}
	r.step("erase:display")
	if err := r.dropAll(drops); err != nil {
		return err
	}
	return r.forgetSubject(e)
}

// shredSubject deletes what the vault has of a subject, and gives its
// prefixes. An ID may have been registered since the plan was made: the
// transaction that destroys the subject's key also reads what there is, and
// writes it into the plan.
func (r *Registry) shredSubject(v *store, e *erasure) (prefixes [][]byte, err error) {
	var planned erasure
	err = v.update(func(txn *badger.Txn) error {
		planned = *e
		ids, err := r.readPseudonyms(txn, v, e.subject)
		if err != nil && !errors.Is(err, ErrShredded) {
			return err
		}
		if planned.adopt(ids) {
			if err := r.putPending(txn, v, &planned); err != nil {
				return err
			}
		}
		if prefixes, err = planned.inVault(v); err != nil {
			return err
		}
		return deleteWithin(txn, prefixes)
	})
	r.remembered.forget() // also when it failed: the commit may have happened
	if err != nil {
		return nil, err
	}
	*e = planned
	r.ring.forget(append(slices.Clone(e.pseudonyms), e.subject)...)
	return prefixes, nil
}

// adopt adds randomized IDs to a plan that does not have them, and tells
// whether there were any.
func (e *erasure) adopt(ids []ID) (some bool) {
	e.pseudonyms, e.lines = slices.Clone(e.pseudonyms), slices.Clone(e.lines)
	if len(e.pseudonyms) == 0 && len(ids) > 0 {
		e.counts(string(Vault), Erased, 1) // the list of them
	}
	for _, id := range ids {
		if slices.Contains(e.pseudonyms, id) {
			continue
		}
		e.pseudonyms, some = append(e.pseudonyms, id), true
		e.counts(string(Vault), Erased, 2) // its link and key
		e.counts(string(Cloud), Shredded, 1)
	}
	return some
}

// counts adds to a line of the certificate.
func (e *erasure) counts(store string, outcome Outcome, n int) {
	e.lines = slices.DeleteFunc(e.lines, func(d Destroyed) bool { return d.Store == store && d.Outcome == None })
	i := slices.IndexFunc(e.lines, func(d Destroyed) bool { return d.Store == store && d.Outcome == outcome })
	if i < 0 {
		e.lines = append(e.lines, Destroyed{store, outcome, n})
		return
	}
	e.lines[i].Records += n
}

// inVault are the prefixes of what the vault has of a subject.
func (e *erasure) inVault(v *store) ([][]byte, error) {
	prefixes, err := v.subjectPrefixes(e.subject)
	if err != nil {
		return nil, err
	}
	for _, id := range e.pseudonyms {
		wrapped, err := keyOf(Ref{Kind: KindWrappedKey, Subject: id})
		if err != nil {
			return nil, err
		}
		link, err := keyOf(Ref{Kind: KindLink, Item: id})
		if err != nil {
			return nil, err
		}
		prefixes = append(prefixes, wrapped, link)
	}
	if e.list != "" {
		listed, err := keyOf(Ref{Kind: KindPseudonyms, Item: e.list})
		if err != nil {
			return nil, err
		}
		prefixes = append(prefixes, listed)
	}
	return prefixes, nil
}

// dropAll drops from the files of several stores at the same time.
func (r *Registry) dropAll(drops map[*store][][]byte) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for s, prefixes := range drops {
		all.Go(func() {
			err := s.drop(prefixes)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
			r.step("erase:settled-" + s.name)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// forgetSubject replaces the plan in the vault by one that names nobody.
func (r *Registry) forgetSubject(e *erasure) error {
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	if len(e.pseudonyms) > 0 {
		r.ledger.remember(e.id, append(slices.Clone(e.pseudonyms), e.list))
	}
	e.subject, e.pseudonyms, e.list, e.named, e.item = "", nil, "", e.item, r.o.IDs.New()
	named, err := keyOf(Ref{Kind: KindPendingErasure, Item: e.named})
	if err != nil {
		return err
	}
	return v.update(func(txn *badger.Txn) error {
		if err := txn.Delete(named); err != nil {
			return err
		}
		return r.putPending(txn, v, e)
	})
}

// dropNamed removes the plan with the subject's ID from the files.
func (r *Registry) dropNamed(e *erasure) error {
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	named, err := keyOf(Ref{Kind: KindPendingErasure, Item: e.named})
	if err != nil {
		return err
	}
	return v.drop([][]byte{named})
}

// refer tells Managers of what they have to withdraw, by an entry that their
// view of the ledger shows.
func (r *Registry) refer(e *erasure) error {
	for _, s := range r.servedBuildings() {
		d, err := s.dueInBuilding(e.subject, e.cause, e.resumed)
		if err != nil {
			return err
		}
		if len(d.referred) == 0 {
			continue
		}
		facts := map[string]string{"building": s.building, "ref": e.ref, "kinds": joinKinds(d.referred), "records": fmt.Sprint(len(d.referred))}
		if _, err := r.Append(Entry{Act: ActReferral, ID: e.id, Facts: facts}, false); err != nil {
			return err
		}
	}
	return nil
}

// servedBuildings are the building servers to which we have access.
func (r *Registry) servedBuildings() (served []*store) {
	for _, s := range r.allStores() {
		if s.kind == Building && !s.handedOver.Load() {
			served = append(served, s)
		}
	}
	return served
}

// resume completes the erasures and rotations that a crash cut short.
func (r *Registry) resume() error {
	if err := removeCopies(r.o.Dir); err != nil {
		return err
	}
	r.ledger.erasing.Lock()
	defer r.ledger.erasing.Unlock()
	all, err := r.pendingErasures()
	if err != nil {
		return fmt.Errorf("erasures that were cut short: %w", err)
	}
	for _, e := range all {
		if _, err := r.completeErasure(e); err != nil {
			return fmt.Errorf("an erasure that was cut short: %w", err)
		}
	}
	for _, g := range r.rings() {
		if err := r.completeRotation(g); err != nil {
			return err
		}
	}
	return nil
}

// renderDisplays brings the displays at the entrances that may show a subject
// up to what the stores hold.
func (r *Registry) renderDisplays(e *erasure) error {
	for _, s := range r.servedBuildings() {
		b, found := r.config(s.building)
		if !found || !b.Intercom || !e.resumed && !slices.Contains(e.displays, s.building) {
			continue
		}
		if err := r.RenderDisplay(s.building); err != nil {
			return err
		}
	}
	return nil
}
