// Package building is what stands between a gateway and the lifts it serves:
// the words in which the two talk, and nothing that acts.
//
// A Building is the lifts, doors and people of one building. In service they
// are made of steel; behind a gateway on a desk they are package twin/live, the
// same physics that simulations run. The gateway owns a group controller for
// each bank and hands it to the building as a Control; the building tells the
// Control what happens and carries out what it commands, at once and in order.
//
// Instants count from the start of the gateway, on its monotonic clock. One
// goroutine calls a Building, and a Building calls Control and Watcher on that
// goroutine only: nothing here needs a lock.
package building
