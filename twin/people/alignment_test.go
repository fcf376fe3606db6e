package people_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"

	"github.com/google/go-cmp/cmp"
)

// of lists the people of one stream and tenant, or visitor stream, by name and
// without what numbers them among the others.
func of(sc *scenarios.Scenario, persons []people.Person, owner, tenant string) []people.Person {
	var out []people.Person
	for _, p := range persons {
		name, whose := "", ""
		if p.Visitor != people.None {
			name = sc.Visitors[p.Visitor].Name
		} else {
			name = sc.Traffic[p.Stream].Name
		}
		if p.Tenant != people.None {
			whose = sc.Tenants[p.Tenant].Name
		}
		if name == owner && whose == tenant {
			p.Group, p.Stream, p.Tenant, p.Visitor = 0, 0, 0, 0
			out = append(out, p)
		}
	}
	return out
}

// owners are all who draw in busy.
var owners = [][2]string{{"day", "brokers"}, {"day", "lawyers"}, {"list", "lawyers"}, {"matrix", "brokers"}, {"guests", ""}}

// TestNobodyShiftsAnothersDraws changes one thing and compares everybody it
// does not concern, person by person.
func TestNobodyShiftsAnothersDraws(t *testing.T) {
	for _, row := range []struct {
		name    string
		change  func(sc *scenarios.Scenario)
		touched [][2]string
		alike   func(p *people.Person) // takes away what may differ; then the touched are equal too
	}{
		{"nothing", func(*scenarios.Scenario) {}, nil, nil},
		{"a tenant joins the stream and comes first by name", func(sc *scenarios.Scenario) {
			sc.Tenants = slices.Insert(sc.Tenants, 0, sc.Tenants[0])
			sc.Tenants[0].Name, sc.Tenants[0].Share = "accountants", 0.3
			sc.Traffic[0].Tenants = []string{"accountants", "brokers", "lawyers"}
		}, nil, nil},
		{"a stream goes", func(sc *scenarios.Scenario) { sc.Traffic = sc.Traffic[1:] }, [][2]string{{"day", "brokers"}, {"day", "lawyers"}}, nil},
		{"a stream comes", func(sc *scenarios.Scenario) {
			more := sc.Traffic[0]
			more.Name = "again"
			sc.Traffic = slices.Insert(sc.Traffic, 0, more)
		}, nil, nil},
		{"visitors go", func(sc *scenarios.Scenario) { sc.Visitors = nil }, [][2]string{{"guests", ""}}, nil},
		{"brokers walk at another speed", func(sc *scenarios.Scenario) {
			sc.Tenants[0].WalkSpeed = scenarios.Dist{Mean: 0.8, SD: 0.5, Min: 0.3, Max: 3}
		},
			[][2]string{{"day", "brokers"}, {"matrix", "brokers"}}, func(p *people.Person) { p.Walk = 0 }},
		{"brokers weigh something else", func(sc *scenarios.Scenario) { sc.Tenants[0].Mass = scenarios.Dist{Mean: 60, SD: 40, Min: 55, Max: 60} },
			[][2]string{{"day", "brokers"}, {"matrix", "brokers"}}, func(p *people.Person) { p.Mass = 0 }},
		{"brokers no longer call from the phone", func(sc *scenarios.Scenario) { sc.Tenants[0].RemoteShare = 0 },
			[][2]string{{"day", "brokers"}, {"matrix", "brokers"}}, func(p *people.Person) { p.Remote, p.NoShow, p.Late = false, false, 0 }},
		{"brokers lose patience sooner", func(sc *scenarios.Scenario) { sc.Tenants[0].Patience = scenarios.Dist{Mean: 20} },
			[][2]string{{"day", "brokers"}, {"matrix", "brokers"}}, func(p *people.Person) { p.Patience = 0 }},
		{"the mix turns round", func(sc *scenarios.Scenario) { ph := &sc.Traffic[0].Phases[0]; ph.In, ph.Out = ph.Out, ph.In },
			[][2]string{{"day", "brokers"}, {"day", "lawyers"}}, func(p *people.Person) { p.Origin, p.Destination = 0, 0 }},
		{"visitors come with other keys", func(sc *scenarios.Scenario) {
			v := &sc.Visitors[0]
			v.Early, v.Expired, v.Revoked, v.WrongFloor = 0, 0, 0.9, 0
		},
			[][2]string{{"guests", ""}}, func(p *people.Person) {
				p.KeyFrom, p.KeyUntil, p.RevokeAt, p.Destination = 0, 0, 0, 0
			}},
	} {
		before, after := busy(), busy()
		row.change(after)
		was, is := all(before, 21, 1), all(after, 21, 1)
		for _, o := range owners {
			a, b := of(before, was, o[0], o[1]), of(after, is, o[0], o[1])
			if len(a) < 50 {
				t.Fatalf("only %d people of %v", len(a), o)
			}
			if slices.Contains(row.touched, o) {
				if slices.Equal(a, b) {
					t.Errorf("%s: the people of %v are the same, so the change does not test anything", row.name, o)
				}
				if row.alike == nil {
					continue
				}
				for i := range a {
					row.alike(&a[i])
				}
				for i := range b {
					row.alike(&b[i])
				}
			}
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("%s: other people of %v:\n%.600s", row.name, o, diff)
			}
		}
	}
}

func TestSeedsAndReplicationsHaveNothingInCommon(t *testing.T) {
	sc := busy()
	base := all(sc, 1, 0)
	if !slices.Equal(base, all(sc, 1, 0)) {
		t.Error("the same seed and replication bring other people")
	}
	for _, other := range [][]people.Person{all(sc, 2, 0), all(sc, 1, 1)} {
		for _, o := range owners {
			if o[0] == "list" {
				continue // its instants are given
			}
			same := 0
			a, b := of(sc, base, o[0], o[1]), of(sc, other, o[0], o[1])
			for i := range min(len(a), len(b)) {
				if a[i].At == b[i].At {
					same++
				}
			}
			if same > 0 {
				t.Errorf("%d of %d people of %v set out at the same instants", same, len(a), o)
			}
		}
	}
}

// journey is what a scenario without a service says of a person.
type journey struct {
	At                          scenarios.Instant
	Walk, Late, Patience        time.Duration
	Mass, Group                 int64
	Origin, Destination, Stream int32
	Tenant, Visitor             int32
	Remote, NoShow              bool
	KeyFloor                    int32
	KeyFrom, KeyUntil, RevokeAt scenarios.Instant
}

func journeyOf(p people.Person) journey {
	return journey{p.At, p.Walk, p.Late, p.Patience, p.Mass, p.Group, p.Origin, p.Destination, p.Stream, p.Tenant, p.Visitor,
		p.Remote, p.NoShow, p.KeyFloor, p.KeyFrom, p.KeyUntil, p.RevokeAt}
}

// TestEveryProcessorBringsTheSamePeople pins the people of one scenario. The
// sum was made on amd64. It may change only with the meaning of a scenario.
func TestEveryProcessorBringsTheSamePeople(t *testing.T) {
	sc := busy()
	sc.Run.Duration = 4 * time.Hour
	sum := sha256.New()
	n := 0
	for rep := range 5 {
		for _, p := range all(sc, 20260101, rep) {
			if err := binary.Write(sum, binary.BigEndian, journeyOf(p)); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	const want = "bb101a14713883e7"
	if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != want {
		t.Errorf("%d people with the sum %s, want %s", n, got, want)
	}
}
