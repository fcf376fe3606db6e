package registry

import "github.com/dgraph-io/badger/v4"

// handedOverMark stands in the server of a building that was handed over, and
// goes with it.
var handedOverMark = []byte("~h")

func (s *store) markHandedOver() error {
	return s.update(func(txn *badger.Txn) error { return txn.Set(handedOverMark, nil) })
}

// takeOver finds out whether a server was handed over, to whoever opens it.
func (s *store) takeOver() error {
	version, err := s.versionOf(handedOverMark)
	s.taken = version > 0
	return err
}

// parties are the controller of what is written into a store, and who
// processes it for them. In a server that was handed over it is all the
// Manager's (RC:L45).
func (s *store) parties(kind *Kind) (controller, processor string) {
	if s.taken {
		return ByManager, ""
	}
	return kind.Controller, kind.Processor
}

// updateServed is update for accesses by roles. Whoever was let in before the
// building was handed over comes too late when they write only now.
func (s *store) updateServed(f func(txn *badger.Txn) error) error {
	return s.update(func(txn *badger.Txn) error {
		if s.handedOver.Load() {
			return ErrNotProvider
		}
		return f(txn)
	})
}
