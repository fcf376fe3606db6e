package twin

import (
	"fmt"
	"math/bits"
)

// digest condenses the sequence of events and commands of a run to 128 bits:
// two lanes of multiply-and-fold over 64-bit words. It tells runs apart; it is
// not cryptographic.
type digest struct{ a, b uint64 }

func newDigest() digest { return digest{0x9e3779b97f4a7c15, 0xd1b54a32d192ed03} }

func (d *digest) word(w uint64) {
	hi, lo := bits.Mul64(d.a^w, 0xa0761d6478bd642f)
	d.a = hi ^ lo
	d.b = bits.RotateLeft64(d.b^w, 29) * 0x8ebc6af09c88c6e3
}

func (d *digest) String() string { return fmt.Sprintf("%016x%016x", d.a, d.b) }
