package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Products of a scope.
const (
	inventory       = "application" // only application/inventory
	callGiving      = "callgiving"
	robotCall       = "robotcall"
	realTime        = "rtm"
	serviceInfo     = "serviceinfo"
	equipmentStatus = "equipmentstatus"
)

// scope is one "product/resource" of a grant. Empty fields mean all there are.
type scope struct {
	text     string // as the client wrote it
	product  string
	building string
	group    string
	ken      string // without "ken:"
}

// maxScope is the longest list of scopes, in bytes. A token carries its scopes,
// and must fit into the query of a WebSocket's opening.
const maxScope = 4096

var groupID = regexp.MustCompile(`^[A-Za-z0-9]{1,2}$`)

// errForeign says that a scope is well-formed, and of no product that we know.
type errForeign struct{ text string }

func (e errForeign) Error() string {
	return fmt.Sprintf("scope %q: no such product; want application/inventory, callgiving, robotcall, rtm, serviceinfo or equipmentstatus", e.text)
}

// parseScope reads one scope:
//
//	application/inventory
//	callgiving/*  callgiving/B  callgiving/building:B  callgiving/group:B:G
//	rtm/*  rtm/ken:N
//
// robotcall has the forms of callgiving, serviceinfo and equipmentstatus those
// of rtm.
func parseScope(text string) (scope, error) {
	s := scope{text: text}
	product, resource, ok := strings.Cut(text, "/")
	if !ok || product == "" || resource == "" || len(text) > 128 {
		return s, fmt.Errorf("scope %.128q: want type/resourceId", text)
	}
	s.product = product
	switch product {
	case inventory:
		if resource != "inventory" {
			return s, errForeign{text}
		}
		return s, nil
	case callGiving, robotCall:
		if resource == "*" {
			return s, nil
		}
		if place, ok := strings.CutPrefix(resource, "group:"); ok {
			s.building, s.group, _ = strings.Cut(place, ":")
			if !buildingID.MatchString(s.building) || !groupID.MatchString(s.group) {
				return s, fmt.Errorf("scope %q: want %s/group:BUILDING:GROUP, such as %[2]s/group:office:1", text, product)
			}
			return s, nil
		}
		if s.building = strings.TrimPrefix(resource, "building:"); !buildingID.MatchString(s.building) {
			return s, fmt.Errorf("scope %q: want %s/* or %[2]s/building:BUILDING or %[2]s/group:BUILDING:GROUP", text, product)
		}
		return s, nil
	case realTime, serviceInfo, equipmentStatus:
		if resource == "*" {
			return s, nil
		}
		if s.ken, ok = strings.CutPrefix(resource, "ken:"); !ok || !kenNumber.MatchString(s.ken) {
			return s, fmt.Errorf("scope %q: want %s/* or %[2]s/ken:NUMBER such as %[2]s/ken:100000001", text, product)
		}
		return s, nil
	}
	return s, errForeign{text}
}

// parseScopes reads a list; who lists a scope twice has it once.
func parseScopes(texts []string) ([]scope, error) {
	var all []scope
	for _, text := range texts {
		s, err := parseScope(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all, nil
}

// spell writes scopes as they were asked for. The vendor's service may answer
// with internal names (call/..., topology/...) and no client looks; ours answers
// with the spelling of the request, so that who does look finds what it knows.
func spell(scopes []scope) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = s.text
	}
	return strings.Join(texts, " ")
}

// covers reports whether who has s may do what w asks for. A robot may do all
// that a person may.
func (s scope) covers(w scope) bool {
	return (s.product == w.product || s.product == robotCall && w.product == callGiving) &&
		(s.building == "" || s.building == w.building) &&
		(s.group == "" || s.group == w.group) &&
		(s.ken == "" || s.ken == w.ken)
}

func covered(by []scope, w scope) bool {
	return slices.ContainsFunc(by, func(s scope) bool { return s.covers(w) })
}
