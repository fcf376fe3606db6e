package registry

// Cost is how much work a password's hash takes.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32
	Threads uint8
}

// ProductionCost is OWASP's minimum for argon2id. TestCost is for load runs
// only: the registry writes a provenance entry into the ledger when it is used.
var (
	ProductionCost = Cost{19456, 2, 1}
	TestCost       = Cost{64, 1, 1}
)

// HashPassword gives the PHC string of a password.
func HashPassword(password string, c Cost) string { panic("not yet") }

// CheckPassword compares in constant time, and tells whether the hash is
// weaker than c and should be made anew.
func CheckPassword(phc, password string, c Cost) (ok, weak bool) { panic("not yet") }
