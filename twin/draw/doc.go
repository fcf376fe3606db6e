// Package draw has the random streams of everybody who is scripted: who they
// are by name, one stream a purpose, and how a draw becomes a number.
//
// An [Owner] names whose draws they are; [Owner.Stream] gives the random stream
// for one purpose. Streams are PCG generators whose seeds are SHA-256 hashes of
// the run's seed, the replication, the owner's names and the purpose, so that
// nobody's draws shift when somebody else is added. A caller takes one draw a
// thing, whatever comes of it; where more are needed, that draw seeds a
// [Further] for this thing alone.
//
// Results are the same on every processor: integers and IEEE additions,
// multiplications, divisions and square roots decide everything. Logarithms are
// computed here, because the library's are assembly on some processors and
// compiled on others, and products are rounded by themselves where a fused
// addition would matter.
package draw
