package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// A person whose use of the app has ended is not there for another end.
func TestNoMoreEndsThanPeople(t *testing.T) {
	const app = "[tenant.staff]\nremote = \"10%\"\n"
	const none = "[tenant.without]\nshare = \"50%\"\napp = \"none\"\n" + app + "share = \"50%\"\n"
	people := 0
	for _, f := range mustParse(t, good).Building.Floors {
		people += f.Population
	}
	half := 0
	for _, f := range mustParse(t, good).Building.Floors {
		half += (f.Population + 1) / 2
	}
	event := func(name, kind string, count int, more string) string {
		return fmt.Sprintf("[event.%s]\nkind = %q\ncount = %d\n%s", name, kind, count, more)
	}
	for _, row := range []struct{ sentence, tenant, events, want string }{
		{"everybody is erased", app, event("e", "erased", people, ""), ""},
		{"one more is erased than there are", app, event("e", "erased", people+1, ""), "event.e.count"},
		{"some are erased and the others fall silent", app, event("a", "erased", people-1, "") + event("b", "fell-silent", 1, ""), ""},
		{"some are erased and more fall silent than are left", app, event("a", "erased", people-1, "") + event("b", "fell-silent", 2, ""), "event.b.count"},
		{"who moves out is followed by somebody", app, event("e", "moved-out", people+1, ""), ""},
		{"the same people ask again", app, event("e", "reviewed", 10*people, ""), ""},
		{"half of them have an app, and all of these are erased", none, event("e", "erased", half, ""), ""},
		{"half of them have an app, and more are erased", none, event("e", "erased", half+1, ""), "event.e.count"},
		{"more of a tenant are erased than it has people", app, event("e", "erased", people+1, "tenant = \"staff\"\n"), "tenant staff"},
	} {
		_, err := Parse("ends.toml", []byte(swap(t, "[tenant.staff]\n", row.tenant)+row.events), Options{})
		switch {
		case row.want == "" && err != nil:
			t.Errorf("%s: %v", row.sentence, err)
		case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "twice")):
			t.Errorf("%s: error %v, want one about %s", row.sentence, err, row.want)
		}
	}
}
