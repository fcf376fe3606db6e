package remotecall

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"hoistway/dispatch/registry"
)

// Right is one of those of RC:L49 and FL:L78.
type Right string

const (
	ToReview  Right = "export" // everything about the subject, in JSON
	ToCorrect Right = "correct"
	ToDelete  Right = "erase"
	ToObject  Right = "object"
	ToPort    Right = "port" // what the subject provided, in JSON that Import takes
)

// RightsRequest asks for a right, through the app (Token), a Manager or the
// provider's staff: exactly one of the three is set. All take one path.
type RightsRequest struct {
	Right   Right
	Service string

	Token    Token     // app
	Manager  *Manager  // channel Manager
	Operator *Operator // channel operator

	// Identity: channels other than the app must prove it. The app proves it
	// by Token; ToDelete and ToPort want the password again.
	Email, Password string
	// CheckedBy is the number of the member of staff who saw proof of identity
	// of somebody without the password, such as "staff-17"; operator only. It
	// stands in the ledger.
	CheckedBy string

	Corrections map[string]string // by field name, ToCorrect
	Purpose     registry.Purpose  // ToObject
	Pseudonyms  []registry.ID     // that the subject's phone knows: ToReview then includes the usage log (GDPR Art. 11(2))
}

// Fulfilment is what came of a request. A Manager who passed it on gets no
// export, and of referrals and certificate what is of their own building: the
// rest is delivered to the subject ([Config.Deliver]).
type Fulfilment struct {
	Request     registry.ID // in the ledger
	Export      []byte      // JSON, of ToReview and ToPort
	Referrals   []string    // what the Manager has to be asked for, with whom to contact (FL:L92, RC:L45)
	Certificate *registry.Certificate
}

// The channels by which a right is exercised (RC:L49, FL:L78), as in the
// ledger.
const (
	channelApp      = "app"
	channelManager  = "manager"
	channelOperator = "operator"
)

// request is a RightsRequest whose identity is proven.
type request struct {
	id       registry.ID
	right    Right
	channel  string
	service  string
	subject  registry.ID
	building string // of the Manager who passes it on; "" on the other channels
	email    string // of the account, when it came through a Manager
	login    digest // of the app
	checker  string // who checked the identity by hand; "" when a login or password proved it
	referred []referral
}

// referral is one thing for which a building's Manager has to be asked.
type referral struct {
	building string
	what     string           // in words
	kinds    []*registry.Kind // of the records
}

func (r referral) String() string {
	return fmt.Sprintf("%s: %s: ask the building's Manager or owner", r.building, r.what)
}

// Exercise fulfils a request after the identity is proven. The ledger has an
// entry of every request and another, with the same ID, of its outcome.
//
// When everything that was asked for is up to a Manager the error is
// AskTheManager, and the fulfilment, which then comes with the error, has the
// referrals.
func (s *Service) Exercise(r RightsRequest) (*Fulfilment, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if err := s.checkDelivery(&r); err != nil {
		return nil, err
	}
	q, err := s.prove(&r)
	if err != nil {
		return nil, err
	}
	if q.id, err = s.c.Registry.Append(q.entry("", ""), false); err != nil {
		return nil, stored("note the request in the ledger", err)
	}
	f := &Fulfilment{Request: q.id}
	switch r.Right {
	case ToReview:
		f.Export, err = s.export(q, r.Pseudonyms)
	case ToPort:
		f.Export, err = s.port(q)
	case ToCorrect:
		err = s.correct(q, r.Corrections)
	case ToObject:
		err = s.object(q, r.Purpose)
	case ToDelete:
		f.Certificate, err = s.eraseOnRequest(q)
	}
	var erasure registry.ID
	if f.Certificate != nil {
		erasure = f.Certificate.Erasure
	}
	for _, x := range q.referred {
		f.Referrals = append(f.Referrals, x.String())
	}
	if err == nil || Reason(err) == AskTheManager {
		err = errors.Join(err, s.deliver(q, f))
	}
	outcome := "fulfilled"
	var refusal Refusal
	switch {
	case errors.As(err, &refusal) && refusal == AskTheManager:
		outcome = "referred"
	case err != nil:
		outcome = "refused"
	}
	for _, x := range q.referred {
		if _, err := s.c.Registry.Append(q.referralEntry(x), false); err != nil {
			return nil, stored("note the referral in the ledger", err)
		}
	}
	if _, err := s.c.Registry.Append(q.entry(outcome, erasure), false); err != nil {
		return nil, stored("note the outcome in the ledger", err)
	}
	if err != nil && outcome != "referred" {
		return nil, err
	}
	return f, err
}

var staffNumber = regexp.MustCompile(`^([a-z]{1,12}-)?[0-9]{1,6}$`)

// check refuses what cannot be a request, before anybody's identity is looked
// at.
func (r *RightsRequest) check() error {
	channels := 0
	for _, is := range []bool{r.Token != "", r.Manager != nil, r.Operator != nil} {
		if is {
			channels++
		}
	}
	switch {
	case channels == 0:
		return NotSignedIn
	case channels > 1:
		return field(MalformedField, "channel", "must be one of app, Manager and operator")
	case r.Service != RemoteCall && r.Service != Flow && !(r.Service == "" && r.Token != ""):
		return field(MalformedField, "service", "must be remote-call or flow")
	case r.CheckedBy != "" && r.Operator == nil:
		return field(MalformedField, "checked-by", "is for the provider's staff")
	case r.CheckedBy != "" && !staffNumber.MatchString(r.CheckedBy):
		return field(MalformedField, "checked-by", "must be the number of a member of staff, such as staff-17")
	}
	switch r.Right {
	case ToCorrect:
		if len(r.Corrections) == 0 {
			return field(MissingField, "corrections", "")
		}
	case ToObject:
		// The other purposes are not optional beside being provided the service:
		// who wants an end of them objects to the service itself (RC:L29, FL:L51).
		if r.Purpose != registry.ToAnalyse && r.Purpose != registry.ToProvide {
			return field(MalformedField, "purpose", "must be "+string(registry.ToAnalyse)+", or "+string(registry.ToProvide)+" to stop the service itself")
		}
	case ToReview, ToPort, ToDelete:
	default:
		return field(MalformedField, "right", "must be export, correct, erase, object or port")
	}
	return nil
}

// prove finds whose request it is. A refusal leaves an entry in the ledger that
// names nobody; a stranger without a login leaves nothing, for they could fill
// the ledger.
func (s *Service) prove(r *RightsRequest) (*request, error) {
	q := &request{right: r.Right, service: r.Service}
	switch {
	case r.Token != "":
		q.channel = channelApp
		x, err := s.signedIn(r.Token)
		if err != nil {
			return nil, err
		}
		if q.service != "" && q.service != x.service {
			return nil, field(MalformedField, "service", "is not that of the login")
		}
		q.subject, q.service, q.login = x.subject, x.service, x.key
		if r.Right != ToDelete && r.Right != ToPort {
			return q, nil
		}
		if proven, err := s.provenBy(q.service, q.subject, r.Password); proven || err != nil {
			return q, err
		}
	case r.Manager != nil:
		q.channel, q.building = channelManager, r.Manager.building
		subject, proven, err := s.provenByEmail(q.service, r.Email, r.Password)
		if err != nil {
			return nil, err
		}
		if proven {
			q.subject = subject
			known, err := s.knownIn(q.building, subject)
			if err != nil {
				return nil, err
			}
			if !known {
				return nil, NotYourBuilding
			}
			q.email = r.Email
			return q, nil
		}
	case r.Operator != nil:
		q.channel = channelOperator
		if r.Operator.must(servingRoles) != nil {
			return nil, Denied
		}
		if r.CheckedBy != "" {
			if subject, found := s.subjectByEmail(q.service, r.Email); found {
				q.subject, q.checker = subject, r.CheckedBy
				return q, nil
			}
			break
		}
		subject, proven, err := s.provenByEmail(q.service, r.Email, r.Password)
		if err != nil {
			return nil, err
		}
		if proven {
			q.subject = subject
			return q, nil
		}
	}
	facts := map[string]string{"right": string(q.right), "channel": q.channel, "service": q.service}
	if _, err := s.c.Registry.Append(registry.Entry{Act: registry.ActIdentityRefused, Facts: facts}, false); err != nil {
		return nil, stored("note the refusal in the ledger", err)
	}
	return nil, IdentityNotProven
}

// entry is the request's in the ledger: without an outcome when it comes in,
// and again with one.
func (q *request) entry(outcome string, erasure registry.ID) registry.Entry {
	facts := map[string]string{"right": string(q.right), "channel": q.channel, "service": q.service, "ref": registry.SubjectRef(q.subject)}
	if q.building != "" {
		facts["building"] = q.building
	}
	if q.checker != "" {
		facts["checked-by"] = q.checker
	}
	if outcome != "" {
		facts["outcome"] = outcome
	}
	if erasure != "" {
		facts["erasure"] = string(erasure)
	}
	return registry.Entry{Act: registry.ActRequest, ID: q.id, Facts: facts}
}

func (q *request) referralEntry(x referral) registry.Entry {
	facts := map[string]string{"building": x.building, "service": q.service, "ref": registry.SubjectRef(q.subject)}
	if len(x.kinds) > 0 {
		var names []string
		for _, k := range x.kinds {
			names = append(names, k.Name)
		}
		facts["kinds"] = strings.Join(names, ",")
	}
	return registry.Entry{Act: registry.ActReferral, ID: q.id, Facts: facts}
}

// refer passes something on to a building's Manager.
func (q *request) refer(building, what string, kinds ...*registry.Kind) {
	q.referred = append(q.referred, referral{building, what, kinds})
}

// own gives a subject's access to their own records, for the request.
func (s *Service) own(q *request) registry.Handle {
	return s.handle(registry.RoleSubject, registry.ToFulfil).Of(q.subject)
}

// knownIn tells whether a building's server knows somebody.
func (s *Service) knownIn(building string, subject registry.ID) (bool, error) {
	var p registry.BuildingPerson
	err := s.handle(registry.RoleService, registry.ToProvide).In(building).Of(subject).
		Get(registry.Ref{Kind: registry.KindBuildingPerson, Subject: subject}, &p)
	if gone(err) {
		return false, nil
	}
	return err == nil, stored("read who is known in the building", err)
}

// eraseOnRequest deletes all that a subject may have deleted, and refers what
// only a Manager may delete (FL:L35): the certificate says where.
func (s *Service) eraseOnRequest(q *request) (*registry.Certificate, error) {
	c, err := s.erase(q.subject, registry.CauseRequest)
	if err != nil {
		return nil, err
	}
	if q.channel == channelApp { // whose phone is told by this answer
		if erasure, _ := s.tell(q.login); erasure != "" {
			s.noteTold(c, q.login)
		}
	}
	for _, d := range c.Stores {
		building, is := strings.CutPrefix(d.Store, "building-")
		switch {
		case !is:
		case d.Outcome == "referred-to-manager":
			q.refer(building, "access permissions, which only the Manager withdraws (FL:L35)", registry.KindPermission)
		case d.Outcome == "not-provider":
			q.refer(building, "what is stored locally in the building, where KONE is no longer the provider (RC:L45)")
		}
	}
	return c, nil
}
