package privacyaudit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// password holds what is stored of passwords against what may be: a PHC string
// of argon2id (RFC 9106) of at least the costs given, by default OWASP's minimum
// of 19 MiB and two passes, with a salt that no other account has. Cheaper ones
// are allowed where the evidence is marked as synthetic and the ledger says that
// a profile for tests is in use, and of exactly those costs.
//
// It cannot see whether the hash is that of the password, nor what was hashed
// before: that is for the checks on values.
func init() {
	register(&Check{
		Name:  "password",
		About: "Of a password an argon2id string of enough cost is stored, with a salt of its own.",
		Params: []Param{
			{Name: "memory", Form: FormCount, About: "KiB, at least (19456)"},
			{Name: "passes", Form: FormCount, About: "over the memory, at least (2)"},
			{Name: "salt", Form: FormCount, About: "bytes, at least (16)"},
			{Name: "hash", Form: FormCount, About: "bytes, at least (32)"},
		},
		New: newPassword,
	})
}

// salted is one account's salt: accounts are known by what findings show.
type salted struct {
	salt  [16]byte // the first of its hash
	key   [8]byte
	store uint16
	kind  uint16
}

func newPassword(p *Probe) (Watch, error) {
	memory, passes := p.Count("memory", 19456), p.Count("passes", 2)
	salt, hash := p.Count("salt", 16), p.Count("hash", 32)
	if memory == 0 || passes == 0 || salt == 0 {
		return Watch{}, errors.New("parameters memory, passes and salt: none of them may be nought")
	}
	var stores []string
	var all []salted
	tested := -1 // index of nothing: the ledger is read with the first record
	var cheap []format.PHC
	return Watch{
		Record: func(r *Record) {
			if r.Kind == nil || r.State != Read || r.Field("password") == nil {
				return
			}
			mine := p.mine(r.Kind.Service)
			if mine {
				p.Select(r.Source.Name, 1)
			}
			phc, ok := format.ParsePHC([]byte(r.Text("password")))
			switch {
			case !ok && mine:
				p.Fail(r.Place(), "its password is no PHC string of argon2id")
				return
			case !ok:
				return
			}
			if tested < 0 {
				tested, cheap = 0, p.testCosts()
			}
			if mine {
				switch {
				case (phc.Memory < memory || phc.Passes < passes) && !slices.ContainsFunc(cheap, func(c format.PHC) bool {
					return c.Memory == phc.Memory && c.Passes == phc.Passes && c.Threads == phc.Threads
				}):
					p.Fail(r.Place(), "its password was hashed at less cost than %d KiB and %d passes", memory, passes)
				case len(phc.Salt) < salt:
					p.Fail(r.Place(), "the salt of its password has %d bytes, and should have %d", len(phc.Salt), salt)
				case len(phc.Hash) < hash:
					p.Fail(r.Place(), "the hash of its password has %d bytes, and should have %d", len(phc.Hash), hash)
				}
			}
			i := slices.Index(stores, r.Source.Name)
			if i < 0 {
				i = len(stores)
				stores = append(stores, r.Source.Name)
			}
			s, k := sha256.Sum256(phc.Salt), sha256.Sum256(r.RawKey)
			all = append(all, salted{[16]byte(s[:]), [8]byte(k[:]), uint16(i), uint16(r.Kind.Index)})
		},
		End: func() {
			p.saltsOnce(all, stores)
			p.idle()
		},
	}, nil
}

// testCosts are the costs of the profile for tests, where one may be in use.
func (p *Probe) testCosts() (costs []format.PHC) {
	if !p.Report.Synthetic {
		return nil
	}
	for _, e := range p.entries("test-cost-profile") {
		m, _ := e.Count("memory")
		t, err := strconv.Atoi(cmp.Or(e.Facts["passes"], e.Facts["time"]))
		n, _ := e.Count("threads")
		if m > 0 && err == nil && t > 0 {
			costs = append(costs, format.PHC{Memory: m, Passes: t, Threads: n})
		}
	}
	return costs
}

// saltsOnce reports accounts of the rule's service whose salt another account
// has. An account keeps its salt in its versions and its backups.
func (p *Probe) saltsOnce(all []salted, stores []string) {
	slices.SortFunc(all, func(a, b salted) int {
		return cmp.Or(slices.Compare(a.salt[:], b.salt[:]), slices.Compare(a.key[:], b.key[:]), cmp.Compare(stores[a.store], stores[b.store]))
	})
	for i := 0; i < len(all); {
		j, shared := i+1, false
		for j < len(all) && all[j].salt == all[i].salt {
			shared = shared || all[j].key != all[i].key
			j++
		}
		for k := i; k < j && shared; k++ {
			kind := p.Schema.Kinds[all[k].kind]
			if again := k > i && all[k].key == all[k-1].key && all[k].store == all[k-1].store; again || !p.mine(kind.Service) {
				continue
			}
			p.Fail(finding.Place{Store: stores[all[k].store], Kind: kind.Name, Key: hex.EncodeToString(all[k].key[:])}, "another account's password has the same salt")
		}
		i = j
	}
}
