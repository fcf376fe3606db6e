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
//   - the transaction of the vault also destroys the subject's key, randomized
//     IDs, their links and keys, and with them whatever backups and the usage
//     log still hold as ciphertext;
//   - displays are rendered anew;
//   - all stores drop the deleted records from their files, and sync;
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
// A second call for the same subject continues the first, or gives its
// certificate when nothing is left to do. A subject of whom there is nothing
// and never was is ErrNotFound.
func (r *Registry) Erase(subject ID, cause Cause) (*Certificate, error) {
	if !subject.Valid() {
		return nil, errors.New("erase: malformed ID")
	}
	r.ledger.erasing.Lock()
	defer r.ledger.erasing.Unlock()
	ref := subjectRef(subject)
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
		return certificateOf(settled)
	case settled == nil && plan.records+plan.referred == 0:
		return nil, ErrNotFound
	}
	at := r.o.Now().UTC().Round(0)
	id, err := r.Append(Entry{Meta: Meta{At: at}, Act: ActErasureIntended, Facts: map[string]string{"ref": ref, "cause": string(cause)}}, true)
	if err != nil {
		return nil, err
	}
	r.step("erase:intent")
	e = &erasure{id: id, subject: subject, ref: ref, cause: cause, at: at, lines: plan.lines, displays: append([]string{}, plan.displays...)}
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
		if err := r.deleteSubject(e); err != nil {
			return nil, fmt.Errorf("erase: %w", err)
		}
	}
	// From here on nobody knows the subject's ID any more; the journals of the
	// stores name what has to go from the files.
	if err := r.renderDisplays(e.displays); err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	r.step("erase:display")
	if err := r.dropJournaled(); err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
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

// deleteSubject deletes the records in all stores, those of the vault last.
func (r *Registry) deleteSubject(e *erasure) error {
	if err := r.refer(e); err != nil {
		return err
	}
	r.step("erase:held") // the archive has had its copies since the case was opened
	cloud, err := r.store(Cloud, "")
	if err != nil {
		return err
	}
	prefixes, err := cloud.subjectPrefixes(e.subject)
	if err != nil {
		return err
	}
	if _, err := cloud.deleteUnder(prefixes, nil); err != nil {
		return err
	}
	r.step("erase:cloud")
	for _, s := range r.servedBuildings() {
		d, err := s.dueInBuilding(e.subject, e.cause)
		if err != nil {
			return err
		}
		if len(d.prefixes) == 0 {
			continue
		}
		if _, err := s.deleteUnder(d.prefixes, nil); err != nil {
			return err
		}
		s.ring.forget(e.subject)
		r.step("erase:" + s.name)
	}
	if err := r.shredSubject(e); err != nil {
		return err
	}
	r.step("erase:vault")
	return nil
}

// shredSubject deletes what the vault has of a subject, and the subject's ID
// from the plan of the erasure.
func (r *Registry) shredSubject(e *erasure) error {
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	prefixes, err := v.subjectPrefixes(e.subject)
	if err != nil {
		return err
	}
	keys, err := r.pseudonymsOf(e.subject)
	if err != nil && !errors.Is(err, ErrShredded) {
		return err
	}
	for _, id := range keys {
		wrapped, err := keyOf(Ref{Kind: KindWrappedKey, Subject: id})
		if err != nil {
			return err
		}
		link, err := keyOf(Ref{Kind: KindLink, Item: id})
		if err != nil {
			return err
		}
		prefixes = append(prefixes, wrapped, link)
	}
	if len(keys) > 0 {
		r.ledger.remember(e.id, slices.Clone(keys))
	}
	keys = append(keys, e.subject)
	pending, err := keyOf(Ref{Kind: KindPendingErasure, Item: e.item})
	if err != nil {
		return err
	}
	prefixes = append(prefixes, pending)
	rest := *e
	rest.subject, rest.item = "", r.o.IDs.New()
	r.ring.forget(keys...)
	_, err = v.deleteUnder(prefixes, func(txn *badger.Txn) error { return r.putPending(txn, v, &rest) })
	r.ring.forget(keys...)
	if err != nil {
		return err
	}
	*e = rest
	return v.sync()
}

// dropJournaled makes physical what the journals of all stores name, at the
// same time in all of them.
func (r *Registry) dropJournaled() error {
	stores := r.allStores()
	errs := make([]error, len(stores))
	var all sync.WaitGroup
	var steps sync.Mutex
	for i, s := range stores {
		if s.handedOver.Load() || s.kind == Ledger {
			continue
		}
		all.Go(func() {
			prefixes, err := s.journaled()
			if err == nil && len(prefixes) > 0 {
				err = s.drop(prefixes)
				steps.Lock()
				defer steps.Unlock()
				r.step("erase:settled-" + s.name)
			}
			errs[i] = err
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// refer tells Managers of what they have to withdraw, by an entry that their
// view of the ledger shows.
func (r *Registry) refer(e *erasure) error {
	for _, s := range r.servedBuildings() {
		d, err := s.dueInBuilding(e.subject, e.cause)
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

// renderDisplays brings the displays at the entrances of some buildings up to
// what the stores hold; with nil, of all.
func (r *Registry) renderDisplays(buildings []string) error {
	for _, s := range r.servedBuildings() {
		b, found := r.config(s.building)
		if !found || !b.Intercom || buildings != nil && !slices.Contains(buildings, s.building) {
			continue
		}
		if err := r.RenderDisplay(s.building); err != nil {
			return err
		}
	}
	return nil
}
