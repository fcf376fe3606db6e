// Package people says who travels when: it turns the traffic, tenants and
// visitors of a scenario into a sequence of persons.
//
// A [Source] makes the persons of one replication one after the other, in order
// of the instant at which they set out, and holds only the next one of each
// stream: a run of a million people needs no more memory than one of ten.
//
// # Draws
//
// Every stream, tenant of a stream and visitor stream draws from random streams
// of its own, one per purpose: instants, group sizes, journeys, mass, walking
// speed and so on. They are PCG generators whose seeds are SHA-256 hashes of
// the run's seed, the replication, the names and the purpose. Each purpose takes
// one draw a person or group, whatever comes of it; where more are needed, that
// draw seeds a small generator for this person alone. So another dispatcher, a
// further tenant or another walking speed shifts nobody else's draws, and runs
// can be compared person by person.
//
// # The same on every processor
//
// Integers and IEEE additions, multiplications, divisions and square roots
// decide everything. Logarithms are computed here, because the library's are
// assembly on some processors and compiled on others; products are rounded by
// themselves, so that none is fused with an addition where it would matter
// (times a power of two it does not); and instants are cut to the microsecond.
//
// The package does not decide what people do once they are at the landing, nor
// which bank they take.
package people
