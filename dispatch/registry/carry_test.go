package registry

import "testing"

// A restore loses neither an objection, nor an entry of the key audit, nor that
// a visitor key was used, nor what a correction put in place of a value.
func TestRestoreKeepsWhatMustNotBeLost(t *testing.T) {
	c := &clock{now: start}
	r := open(t, diskOptions(t, c))
	subject := signUp(t, r)
	service, ful := r.As(RoleService, ToProvide).In("a"), r.As(RoleService, ToFulfil)
	profile := Ref{Kind: KindFlowProfile, Subject: subject}
	key := Ref{Kind: KindVisitorKey, Subject: subject, Item: r.o.IDs.New()}
	must(t, service.Put(key, &VisitorKey{Visitor: "V", Uses: 2, Consent: r.o.IDs.New()}))
	must(t, service.Audit("created", "visitor-key", key.Item))
	name, err := r.Backup()
	must(t, err)

	objection := Ref{Kind: KindObjection, Subject: subject, Item: r.o.IDs.New()}
	must(t, ful.Put(objection, &Objection{Purpose: ToAnalyse}))
	must(t, service.Audit("deleted", "visitor-key", r.o.IDs.New()))
	must(t, service.Put(key, &VisitorKey{Visitor: "V", Uses: 1, Consent: r.o.IDs.New()}))
	must(t, ful.Correct(profile, &FlowProfile{Name: "N", Email: "new@example.org"}, "email"))

	must(t, r.Restore(name))
	must(t, ful.Get(objection, &Objection{}))
	if n := len(stands(t, r, KindKeyAudit, "")); n != 2 {
		t.Errorf("%d entries of the key audit, want 2", n)
	}
	must(t, r.CheckKeyAudit("a"))
	var k VisitorKey
	must(t, service.Get(key, &k))
	if k.Uses != 1 {
		t.Errorf("the visitor key has %d uses again, want 1", k.Uses)
	}
	var p FlowProfile
	must(t, r.As(RoleService, ToIdentify).Get(profile, &p))
	if p.Email != "new@example.org" {
		t.Error("the account has not the mail address that it was corrected to")
	}
}
