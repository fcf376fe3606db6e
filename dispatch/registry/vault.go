package registry

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// LinkTarget is what a randomized ID leads to.
type LinkTarget struct {
	Subject  ID     `json:"subject"`
	Building string `json:"building"`
}

// ErrTaken refuses a randomized ID that is another subject's, or another
// building's.
var ErrTaken = errors.New("the randomized ID is in use; the phone has to make another")

// Register links a randomized ID, made on the phone, to its subject, in the
// vault only, and makes the key that its usage is logged under. To register
// the same again changes nothing. A subject without a key, who was erased or
// never signed up, is ErrShredded.
//
// One commit writes all of it, so that an erasure reaches what a crash left.
// That commit names the randomized ID and not the subject, whose list has no
// name on it, and a crowd of others stands in it; see crowd.
func (r *Registry) Register(subject, pseudonym ID, building string) error {
	if err := r.register(subject, pseudonym, building); err != nil {
		return fmt.Errorf("register a randomized ID: %w", err)
	}
	return nil
}

func (r *Registry) register(subject, pseudonym ID, building string) error {
	if !subject.Valid() || !pseudonym.Valid() {
		return errors.New("malformed ID")
	}
	if !r.isBuilding(building) {
		return errors.New("no such building is configured")
	}
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	ref := Ref{Kind: KindLink, Item: pseudonym}
	linkKey, err := keyOf(ref)
	if err != nil {
		return err
	}
	dek := make([]byte, keySize)
	rand.Read(dek) // never fails: the process ends instead

	c := &r.ring.crowd
	c.Lock()
	defer c.Unlock()
	if err := c.find(v); err != nil {
		return err
	}
	made := false
	var gone []ID
	err = v.update(func(txn *badger.Txn) (err error) {
		made = false
		// Read in this transaction, the subject's key makes it conflict with
		// an erasure.
		l, err := r.listOf(txn, subject)
		if err != nil {
			return err
		}
		if stands, err := r.leadsTo(txn, v, pseudonym, LinkTarget{subject, building}); err != nil || stands {
			return err
		}
		// To wrap within the transaction is what a rotation counts on.
		link := Link{Meta: metaOf(KindLink, r.today())}
		if link.Epoch, link.Sealed, err = r.ring.wrap(linkBytes(linkContent{LinkTarget: LinkTarget{subject, building}}), linkKey); err != nil {
			return err
		}
		value, err := v.encode(ref, linkKey, &link, false)
		if err != nil {
			return err
		}
		if err := txn.Set(linkKey, value); err != nil {
			return err
		}
		if err := r.ring.put(txn, pseudonym, dek); err != nil {
			return err
		}
		ids, err := l.read(txn, v)
		if err != nil {
			return err
		}
		if err := l.write(txn, v, append(ids, pseudonym), metaOf(KindPseudonyms, r.today())); err != nil {
			return err
		}
		again, absent, err := c.writeAgain(txn)
		if err != nil {
			return err
		}
		made, gone = true, absent
		return v.noteChange(txn, append(again, l.key)...)
	})
	if err != nil || !made {
		return err
	}
	c.join(pseudonym, gone)
	return nil
}

// leadsTo tells whether a randomized ID leads to a target already. It is
// ErrTaken when it leads elsewhere, or is no randomized ID.
func (r *Registry) leadsTo(txn *badger.Txn, v *store, pseudonym ID, target LinkTarget) (bool, error) {
	was, err := r.readLink(txn, v, pseudonym)
	switch {
	case err == nil && was == target:
		return true, nil
	case err == nil:
		return false, ErrTaken
	case !errors.Is(err, ErrNotFound):
		return false, err
	}
	if _, err = r.ring.load(txn, pseudonym); err == nil {
		return false, ErrTaken // it names a key already, though no randomized ID's
	} else if !errors.Is(err, ErrShredded) {
		return false, err
	}
	return false, nil
}

// today is the day on which keys and links of the vault are dated: an instant
// of theirs would tell of two that they were made together.
func (r *Registry) today() time.Time { return r.o.Now().UTC().Truncate(wholeDay) }

// Known tells whether an ID is registered, and nothing else.
func (r *Registry) Known(pseudonym ID) bool {
	v, err := r.store(Vault, "")
	if err != nil {
		return false
	}
	key, err := keyOf(Ref{Kind: KindLink, Item: pseudonym})
	if err != nil {
		return false
	}
	return v.view(func(txn *badger.Txn) error { _, err := txn.Get(key); return err }) == nil
}

// readLink gives where a link leads, or is ErrNotFound.
func (r *Registry) readLink(txn *badger.Txn, v *store, pseudonym ID) (LinkTarget, error) {
	_, content, err := r.openContent(txn, v, pseudonym)
	return content.LinkTarget, err
}

// Case asks for re-identification (FL:L21).
type Case struct {
	Reason              string
	Requester, Approver string // ordinals of staff, such as staff-17; no names
	Pseudonyms          []ID
}

// MostPerCase bounds a case to individuals.
const MostPerCase = 5

// Why a case is refused.
var (
	ErrNoReason     = errors.New("re-identification needs one of the reasons of ReidentificationReasons")
	ErrSelfApproved = errors.New("re-identification needs an approver who is not the requester")
	ErrTooBroad     = errors.New("re-identification is for individual cases: one to five randomized IDs")
	ErrNotStaff     = errors.New("requester and approver are ordinals of staff, such as staff-17")
)

var reidentificationReasons = []string{
	"building-security", "building-safety", "residents-safety",
	"service-compromised", "service-breached", "service-endangered",
	"law-allows", "law-requires",
}

// ReidentificationReasons is the closed list of FL:L21.
func ReidentificationReasons() []string { return slices.Clone(reidentificationReasons) }

// Reidentify opens links for one case, in the order of its IDs; of an ID that
// is not registered the target is empty. The entry of the case stands in the
// ledger, on disk, before a link is opened, and that of the answer before it
// is returned; when one cannot be written nothing is returned. It wants an
// approver who is not the requester, a reason from ReidentificationReasons and
// no more than MostPerCase IDs; a case that is refused leaves an entry too.
func (r *Registry) Reidentify(c Case) ([]LinkTarget, error) {
	if why, err := c.check(r); err != nil {
		_, failed := r.Append(Entry{Act: ActReidentifyDenied, Facts: map[string]string{"why": why}}, true)
		return nil, errors.Join(err, failed)
	}
	v, err := r.store(Vault, "")
	if err != nil {
		return nil, err
	}
	facts := map[string]string{"reason": c.Reason, "requester": c.Requester, "approver": c.Approver, "pseudonyms": fmt.Sprint(len(c.Pseudonyms))}
	for i, id := range c.Pseudonyms {
		facts[fmt.Sprintf("pseudonym-%d", i+1)] = pseudonymRef(id)
	}
	caseID, err := r.Append(Entry{Act: ActReidentifyAsked, Facts: facts}, true)
	if err != nil {
		return nil, err
	}
	targets := make([]LinkTarget, len(c.Pseudonyms))
	known := 0
	err = r.ring.view(func(txn *badger.Txn) error {
		known = 0
		for i, id := range c.Pseudonyms {
			target, err := r.readLink(txn, v, id)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			targets[i], known = target, known+1
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("re-identification: %w", err)
	}
	facts = map[string]string{"known": fmt.Sprint(known), "unknown": fmt.Sprint(len(targets) - known)}
	if _, err := r.Append(Entry{Act: ActReidentified, ID: caseID, Facts: facts}, true); err != nil {
		return nil, err
	}
	return targets, nil
}

func (c *Case) check(r *Registry) (why string, err error) {
	switch {
	case !slices.Contains(reidentificationReasons, c.Reason):
		return "reason", ErrNoReason
	case !FormStaff.holds(r, c.Requester) || !FormStaff.holds(r, c.Approver):
		return "staff", ErrNotStaff
	case c.Requester == c.Approver:
		return "approver", ErrSelfApproved
	case len(c.Pseudonyms) == 0 || len(c.Pseudonyms) > MostPerCase:
		return "number", ErrTooBroad
	}
	for i, id := range c.Pseudonyms {
		if !id.Valid() || slices.Contains(c.Pseudonyms[:i], id) {
			return "form", errors.New("re-identification: a randomized ID is malformed or stands there twice")
		}
	}
	return "", nil
}
