package privacyaudit

import (
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
)

// A life is one account from sign-up to its end, as the truth tells it.
type life struct {
	Subject, Person string
	Service         string // its word: flow or remote-call
	Ref             string // by which the ledger names the subject
	From            time.Time
	End             time.Time // zero: it has not ended
	Why             string    // it ended
}

// Why a life ends without anybody's asking: a restore could not bring the
// account back, and its user opened another.
const lostWithCloud = "lost-with-the-cloud-store"

// lives are all accounts of a run.
type lives struct {
	All       []*life
	BySubject map[string]*life
	ByRef     map[string]*life
}

// livesOf puts the acts of the truth together to accounts.
func livesOf(t *evidence.Truth) *lives {
	l := &lives{BySubject: map[string]*life{}, ByRef: map[string]*life{}}
	service := map[string]string{}
	for i := range t.Canaries {
		if c := &t.Canaries[i]; c.Subject != "" && c.Service != "" {
			service[c.Subject] = serviceWord(c.Service)
		}
	}
	now := map[string]*life{} // by person
	for i := range t.Acts {
		a := &t.Acts[i]
		switch {
		case a.Result != "":
		case a.Kind == "sign-up":
			if last := now[a.Person]; last != nil && last.End.IsZero() {
				last.End, last.Why = a.At, lostWithCloud
			}
			one := &life{Subject: a.Subject, Person: a.Person, Service: service[a.Subject], Ref: subjectRef(a.Subject), From: a.At}
			now[a.Person], l.BySubject[one.Subject], l.ByRef[one.Ref] = one, one, one
			l.All = append(l.All, one)
		case a.Kind == "erased":
			if one := l.BySubject[a.Subject]; one != nil {
				one.End, one.Why = a.At, a.Facts["why"]
			}
		}
	}
	return l
}

// Of is whose account a person had at an instant; nil for nobody's.
func (l *lives) Of(person string, at time.Time) *life {
	i := slices.IndexFunc(l.All, func(one *life) bool {
		return one.Person == person && !at.Before(one.From) && (one.End.IsZero() || !at.After(one.End))
	})
	if i < 0 {
		return nil
	}
	return l.All[i]
}

// subjectRef is by what the ledger names a subject.
func subjectRef(subject string) string { return hashText("erased|" + subject) }

// recordRef is by what the ledger names a record.
func recordRef(store, key string) string { return hashText(store + "|" + key) }

func hashText(s string) string { return sum([]byte(s)) }
