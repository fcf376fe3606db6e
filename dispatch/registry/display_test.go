package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDisplayRows(t *testing.T) {
	for _, row := range []struct {
		sentence string
		people   []DisplayRow
		want     []DisplayRow
	}{
		{"nobody", nil, nil},
		{"who entered nothing shows by the apartment's number alone", []DisplayRow{{"1", ""}}, []DisplayRow{{"1", ""}}},
		{"rows do not count who entered nothing", []DisplayRow{{"1", ""}, {"1", ""}, {"1", "anna"}}, []DisplayRow{{"1", "anna"}}},
		{"two usernames of one apartment show both", []DisplayRow{{"1", "b"}, {"1", "a"}}, []DisplayRow{{"1", "a"}, {"1", "b"}}},
		{"the same username once", []DisplayRow{{"1", "a"}, {"1", "a"}}, []DisplayRow{{"1", "a"}}},
		{"who has no apartment has no bell", []DisplayRow{{"", "a"}}, nil},
		{"numbers sort as numbers", []DisplayRow{{"10b", ""}, {"10", ""}, {"9", ""}, {"A1", ""}}, []DisplayRow{{"A1", ""}, {"9", ""}, {"10", ""}, {"10b", ""}}},
	} {
		got := displayRows(row.people)
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", row.sentence, diff)
		}
	}
}

func TestDisplayFollowsTheStores(t *testing.T) {
	for _, where := range []string{"memory", "folder"} {
		t.Run(where, func(t *testing.T) {
			c := &clock{now: start}
			o := testOptions(c)
			if where == "folder" {
				o = diskOptions(t, c)
			}
			r := open(t, o)
			manager, service := r.As(RoleManager, ToProvide).In("a"), r.As(RoleService, ToProvide)
			live := func(apartment, username string) ID {
				id := signUp(t, r)
				must(t, manager.Put(Ref{Kind: KindBuildingPerson, Subject: id}, &BuildingPerson{Service: "flow", Name: "Canary", Apartment: apartment, MainUser: true}))
				if username != "" {
					must(t, service.Put(Ref{Kind: KindFlowPreferences, Subject: id}, &FlowPreferences{IntercomUsername: username, IntercomPhone: "Canary"}))
				}
				return id
			}
			shows := func(sentence string, want ...DisplayRow) {
				t.Helper()
				must(t, r.RenderDisplay("a"))
				got, err := r.Display("a")
				must(t, err)
				if len(got) == 0 {
					got = nil
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got)\n%s", sentence, diff)
				}
			}
			first, second := live("1", "<first>"), live("2", "")
			must(t, manager.Put(Ref{Kind: KindBuildingPerson, Subject: r.o.IDs.New()}, &BuildingPerson{Service: "remote-call", Name: "Canary"}))
			shows("apartment and username, and nothing else", DisplayRow{"1", "<first>"}, DisplayRow{"2", ""})
			if where == "folder" {
				for _, ending := range []string{".json", ".txt", ".html"} {
					b, err := os.ReadFile(filepath.Join(o.Dir, "displays", "a"+ending))
					must(t, err)
					if strings.Contains(string(b), "Canary") || ending == ".html" && strings.Contains(string(b), "<first>") {
						t.Errorf("the display's %s shows more than it may, or markup of a user:\n%s", ending, b)
					}
				}
			}
			must(t, service.Put(Ref{Kind: KindFlowPreferences, Subject: first}, &FlowPreferences{IntercomUsername: "new"}))
			shows("after a correction", DisplayRow{"1", "new"}, DisplayRow{"2", ""})
			must(t, manager.Remove(Ref{Kind: KindBuildingPerson, Subject: second}))
			shows("after a move out", DisplayRow{"1", "new"})
			_, err := r.Erase(first, CauseMovedOut)
			must(t, err)
			shows("after an erasure")
			if err := r.RenderDisplay("elsewhere"); err == nil {
				t.Error("a display of a building that is not there")
			}
			live("3", "x")
			shows("someone moves in", DisplayRow{"3", "x"})
			must(t, r.HandOver("a", ""))
			if got, err := r.Display("a"); err != nil || len(got) != 0 {
				t.Errorf("after the hand-over the display shows %v, %v", got, err)
			}
		})
	}
}

// Of two that render at the same time, the one that began earlier does not put
// back whom the other found gone.
func TestAnEarlierRenderingDoesNotReturn(t *testing.T) {
	const reads = 100 * time.Millisecond // in which a rendering that does not wait has read the stores
	r := inRAM(t)
	id := signUp(t, r)
	must(t, r.As(RoleManager, ToProvide).In("a").Put(Ref{Kind: KindBuildingPerson, Subject: id}, &BuildingPerson{Service: "flow", Name: "N", Apartment: "1", MainUser: true}))
	username := Ref{Kind: KindFlowPreferences, Subject: id}
	must(t, r.As(RoleService, ToProvide).Put(username, &FlowPreferences{IntercomUsername: "nick"}))
	r.keeping.screen.Lock() // as if another were just showing what it has read
	rendered := make(chan error, 1)
	go func() { rendered <- r.RenderDisplay("a") }()
	time.Sleep(reads)
	must(t, r.As(RoleService, ToProvide).Delete(username))
	r.keeping.screen.Unlock()
	must(t, <-rendered)
	got, err := r.Display("a")
	must(t, err)
	if diff := cmp.Diff([]DisplayRow{{"1", ""}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
