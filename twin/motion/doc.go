// Package motion is how a car moves: the closed form of a flight that keeps to
// limits of speed, acceleration and jerk, and tables of flight times by floor.
//
// [Limits] answers for a distance in metres how long a flight takes, where the
// car is on the way, and until when it can still be given another target.
// [Table] answers the same for pairs of floors, with start delay and levelling,
// in constant time and without allocating. A second kind of table follows the
// (floor, stop, turn) times of the dispatching literature.
//
// All functions are pure. Times are integer nanoseconds found with additions,
// multiplications, divisions and square roots only, each rounded by itself, so
// that every processor gives the same; see the remark at cubeRoot.
//
// Doors, turn times and the choice of targets are not decided here, and a car
// that runs slowly is one with other limits and a table of its own.
package motion
