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
// speed and so on (package twin/draw). Each purpose takes one draw a person or
// group, whatever comes of it; where more are needed, that draw seeds a small
// generator for this person alone. So another dispatcher, a further tenant or
// another walking speed shifts nobody else's draws, and runs can be compared
// person by person. Instants are cut to the microsecond.
//
// # Residents
//
// Where the scenario has a service, everybody with a tenant is one of the
// residents of package twin/script: of those at home on the floor they leave,
// else on the one they go to. They walk at their own speed, on every trip the
// same, and visitors have a host among them. Nothing else about anybody changes
// by it.
//
// # Patterns that repeat
//
// Streams and visitors with a repeat come again after it, with other people,
// until the run's duration; a year of days takes no more memory than one.
//
// The package does not decide what people do once they are at the landing, nor
// which bank they take.
package people
