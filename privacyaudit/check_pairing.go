package privacyaudit

import (
	"hoistway/privacyaudit/attack"
)

// pairing lets an attacker who has the files of cloud and vault, and no key,
// guess from the numbers of Badger's commits whose each randomized ID is. A
// commit's number stays with every record: what was written together, or one
// after the other, shows. In the cloud the attacker takes the account that was
// written next to most of an ID's usage logs; in the vault the account whose
// key was written next to the ID's link and key; and over both the order in
// which links and accounts were first written. No attack may beat the same
// guesses with the accounts exchanged by more than epsilon.
//
// It sees the versions that are in the files at the time of the audit.
func init() {
	register(&Check{
		Name: "pairing", Needs: NeedTruth,
		About:  "Numbers of commits do not tell whose a randomized ID is: what was written next to it, or in the same order, does no better than chance.",
		Params: guessingParams,
		New:    newPairing,
	})
}

// Reaches of an attack: how many commits apart two may be that were written
// together, and any distance.
const (
	together = 2
	anywhere = 1 << 62
)

func newPairing(p *Probe) (Watch, error) {
	w := &pairing{guessing: newGuessing(p), first: firsts{}, link: firsts{}, linked: map[int32]bool{}, used: map[int32]bool{}}
	return Watch{Record: w.take, End: w.end}, nil
}

type pairing struct {
	*guessing
	cloud, vault []attack.Event // of IDs and accounts together, by number
	linked, used map[int32]bool // numbers of IDs with a link, and with usage logs
	first, link  firsts
}

func (w *pairing) take(r *Record) {
	if r.Kind == nil {
		return
	}
	switch {
	case r.Source.Class == "cloud" && r.Kind.Name == "usage-log":
		if id, ok := parseID(unquoted(r.Field("pseudonym"))); ok {
			n := w.number(id)
			w.used[n] = true
			w.cloud = append(w.cloud, attack.Event{Of: n, When: r.Commit})
		}
	case r.Source.Class == "cloud" && r.Kind.Whose == "subject" && r.Kind.Service == "Flow":
		id, ok := parseID([]byte(r.Key.Subject))
		if !ok {
			return
		}
		if r.Kind.Name == "flow-profile" && r.Live() {
			w.account(r)
			w.first.note(id, r.Commit)
		}
		w.cloud = append(w.cloud, attack.Event{Of: w.number(id), When: r.Commit})
	case r.Source.Class == "vault" && r.Kind.Name == "link":
		if id, ok := parseID([]byte(r.Key.Item)); ok {
			n := w.number(id)
			w.linked[n] = true
			w.link.note(id, r.Commit)
			w.vault = append(w.vault, attack.Event{Of: n, When: r.Commit})
		}
	case r.Source.Class == "vault" && r.Kind.Name == "wrapped-key":
		if id, ok := parseID([]byte(r.Key.Subject)); ok {
			w.vault = append(w.vault, attack.Event{Of: w.number(id), When: r.Commit})
		}
	}
}

func (w *pairing) end() {
	inCloud := w.sides(func(n int32) bool { return w.used[n] })
	w.neighbours("cloud", inCloud, w.cloud)
	inVault := w.sides(func(n int32) bool { return w.linked[n] })
	w.neighbours("vault", inVault, w.vault)
	w.judge("vault", "the order of links and accounts", inVault, attack.ByOrder(w.link.made(inVault.ids), w.first.made(inVault.accounts), attack.ByInstant))
	w.guessing.end()
}

// neighbours attacks with the events of one store.
func (w *pairing) neighbours(store string, s *sides, events []attack.Event) {
	var ids, accounts []attack.Event
	for _, e := range events {
		id := w.ids[e.Of]
		place, ok := s.place[id]
		switch {
		case !ok:
		case w.accounts[e.Of]:
			accounts = append(accounts, attack.Event{Of: int32(place), When: e.When})
		default:
			ids = append(ids, attack.Event{Of: int32(place), When: e.When})
		}
	}
	w.judge(store, "commits side by side", s, attack.ByNeighbours(ids, len(s.ids), accounts, together))
	w.judge(store, "the nearest commits", s, attack.ByNeighbours(ids, len(s.ids), accounts, anywhere))
}
