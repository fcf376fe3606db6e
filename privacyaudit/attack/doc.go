// Package attack measures what somebody could learn from data that name nobody.
// It knows nothing of stores and records: it is given IDs, numbers and points in
// time, tries what an attacker would try, and says how often that succeeds,
// against a control group on which it cannot.
//
//	Randomness   are IDs what a random number generator would give?
//	Dictionary   are they digests of something that is known?
//	Outcome      do guesses of whose an ID is beat chance?
//	Unicity      is somebody's trace told by a few points of it?
//
// What a statistic does not find may still be there: digests of unknown values,
// or a generator whose seed is known, pass every test of randomness. Two runs
// with the same seed tell those.
//
// All of it is deterministic: whatever is drawn is drawn from a fixed seed.
package attack
