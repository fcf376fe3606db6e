package privacyaudit

import (
	"encoding/binary"
	"fmt"
	"testing"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// settled is people with an account and randomized IDs, as a writer left them:
// tests say in which commits.
type settled struct {
	t             *testing.T
	a             *Audit
	accounts, ids []string
	owner         []int // of each randomized ID
	records       []*Record
	items         []string
}

const perPerson = 3

func settle(t *testing.T, people int) *settled {
	s := &settled{t: t, a: fakeAudit(t), accounts: randomIDs(10, people), ids: randomIDs(11, people*perPerson), items: randomIDs(12, people*perPerson*4)}
	s.a.Truth = &evidence.Truth{Settings: evidence.Settings{Building: "main", Start: noon.AddDate(0, 0, -40), End: noon}}
	for i := range s.ids {
		s.owner = append(s.owner, i/perPerson)
	}
	for i, id := range s.accounts {
		s.a.Truth.Canaries = append(s.a.Truth.Canaries, evidence.Canary{Person: fmt.Sprint("r", i), Subject: id, Service: "flow", Field: "email", Value: mailOf(i), Unique: true})
		s.a.Truth.Acts = append(s.a.Truth.Acts, evidence.Act{At: s.a.Truth.Settings.Start, Kind: "sign-up", Person: fmt.Sprint("r", i), Subject: id})
	}
	s.a.Truth.Trips = func(f func(*evidence.Trip) error) error {
		for i, id := range s.ids {
			for n := range 4 {
				if err := f(&evidence.Trip{At: noon.Add(hours(i, n)), Person: fmt.Sprint("r", s.owner[i]), Pseudonym: id, Bank: "main"}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return s
}

// write adds an account's profile and key, and each randomized ID's link and
// usage logs, in the commits that are given.
func (s *settled) write(account func(i int) uint64, id func(i int) uint64) *settled {
	cloud, vault := fakeSource("cloud", "cloud", ""), fakeSource("vault", "vault", "")
	add := func(src *Source, commit uint64, key, json string) {
		r := fakeRecord(s.t, s.a, src, key, json)
		r.Commit = commit
		s.records = append(s.records, r)
	}
	for i, subject := range s.accounts {
		add(cloud, account(i), "fp/"+subject, `{"controller":"KONE","at":"2027-05-03T12:00:00Z"}`)
		add(vault, account(i), "wk/"+subject, `{"controller":"KONE","at":"2027-05-03T12:00:00Z","epoch":1,"wrapped":""}`)
	}
	for i, pseudonym := range s.ids {
		add(vault, id(i), "ln/"+pseudonym, `{"controller":"KONE","at":"2027-05-03T00:00:00Z","epoch":1,"sealed":""}`)
		for n := range 4 {
			r := usageLog(s.t, s.a, s.items[4*i+n], pseudonym, int(hours(i, n).Hours())+48, "main")
			r.Commit = id(i)
			s.records = append(s.records, r)
		}
	}
	return s
}

// scattered are commits that say nothing.
func scattered(seed uint64) func(i int) uint64 {
	ids := randomIDs(seed, 1000)
	return func(i int) uint64 {
		raw, _ := parseID([]byte(ids[i]))
		return binary.LittleEndian.Uint64(raw[:]) % 1_000_000
	}
}

func TestIDAlone(t *testing.T) {
	far := func(i int) uint64 { return uint64(i) }
	for _, c := range []struct {
		why     string
		people  int
		leak    func(*settled)
		account func(int) uint64
		id      func(int) uint64
		status  finding.Status
		words   string
	}{
		{"random IDs say nothing", 60, nil, scattered(20), scattered(21), finding.Pass, ""},
		{"IDs that begin as their accounts' are sorted as they are", 60, func(s *settled) {
			for i := range s.ids {
				s.ids[i] = s.accounts[s.owner[i]][:8] + s.ids[i][8:]
			}
		}, scattered(20), scattered(21), finding.Fail, "the order of IDs as numbers"},
		{"accounts and IDs that appear in one order are told by it", 60, nil, far, far, finding.Fail, "the order of first appearance"},
		{"of three people nothing can be told", 3, nil, scattered(20), scattered(21), finding.Inconclusive, ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := settle(t, c.people)
			if c.leak != nil {
				c.leak(s)
			}
			p := fakeProbe(t, s.a, Rule{Check: "idalone", Kinds: []string{"usage-log", "flow-profile"}, Params: map[string]any{"epsilon": 0.1}})
			want(t, show(p, s.write(c.account, c.id).records...), c.status, c.words)
		})
	}
}

func TestPairing(t *testing.T) {
	for _, c := range []struct {
		why     string
		account func(int) uint64
		id      func(int) uint64
		status  finding.Status
		words   string
	}{
		{"commits that have nothing to do with each other say nothing", scattered(20), scattered(21), finding.Pass, ""},
		{"everybody's in one commit says nothing either", func(int) uint64 { return 7 }, func(int) uint64 { return 8 }, finding.Pass, ""},
		{"an ID in the commit of its account is told by it", func(i int) uint64 { return scattered(20)(i) }, func(i int) uint64 { return scattered(20)(i / perPerson) }, finding.Fail, "commits side by side"},
		{"and by the one that follows", func(i int) uint64 { return scattered(20)(i) }, func(i int) uint64 { return scattered(20)(i/perPerson) + 1 }, finding.Fail, "commits side by side"},
		{"and by those that are near", func(i int) uint64 { return uint64(1000 * i) }, func(i int) uint64 { return uint64(1000*(i/perPerson) + 100) }, finding.Fail, "the nearest commits"},
		{"links in the order of accounts are told by it", func(i int) uint64 { return uint64(i) }, func(i int) uint64 { return uint64(100_000 + i) }, finding.Fail, "the order of links and accounts"},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := settle(t, 60)
			p := fakeProbe(t, s.a, Rule{Check: "pairing", Params: map[string]any{"epsilon": 0.1}})
			want(t, show(p, s.write(c.account, c.id).records...), c.status, c.words)
		})
	}
}
