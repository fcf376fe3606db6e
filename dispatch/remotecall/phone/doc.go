// Package phone is the app of Remote Call and Flow on one person's device: what
// it sends, what it keeps and what it forgets. A [Phone] speaks to the back end
// through dispatch/remotecall/wire only; a [Panel] is the intercom at an
// entrance.
//
// What the device keeps (FORMAT.md describes the files):
//
//   - Flow: a log of the use of equipment in a form that identifies the user
//     (FL-2.8), for as long as the app is installed (T11). It never leaves the
//     device. Remote Call keeps none: its statement promises that calls are not
//     stored, and makes no exception for the device (RC-1.4).
//   - the randomized IDs that it made itself, one for each building and
//     rotation period (FL-2.10), so that its user can ask for what is stored
//     under them;
//   - settings;
//   - still pictures of the intercom that its user wanted (FL-2.22, FL-2.23).
//
// Logins, positions, calls under way, live video and the key to it are in
// memory only. The position is read while a call is made and at no other time,
// rounded to a cell of the grid before it is sent, and not sent at all by a
// caller who is not near (FL-2.17).
//
// Use is reported under the randomized ID alone, later than it happened and in
// an anonymous session of its own ([Phone.Flush]).
//
// When the account is erased all of that goes from the device, too: at once when
// it was asked for here or the intercom is connected, otherwise when the phone
// next asks the service for anything as the user and is told remotecall.Erased.
// A phone that never asks again keeps its user's own data (T11).
//
// A phone belongs to one person and is not safe for concurrent use.
package phone
