package scenarios

import "testing"

func TestPeerStd(t *testing.T) {
	s, err := Load("peer-std", Options{Set: []string{"bank.main.dispatcher=etd"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(s.Canonical())
	for _, x := range s.Settings() {
		t.Log(x)
	}
	t.Log(len(s.Traffic[0].Trips), s.Hash)
	s2, err := Parse(s.Source, []byte(s.Canonical()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s2.Hash != s.Hash {
		t.Fatal("hash differs")
	}
}
