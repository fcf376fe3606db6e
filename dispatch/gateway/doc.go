// Package gateway is the network front of a building: it speaks the published
// KONE APIs over HTTP and WebSocket, in real time, to clients written for them.
//
// A Gateway serves buildings. For each it runs one goroutine, the site, which
// owns the building's group controllers and is the only one to touch the
// building behind them; requests of connections are posted to it over a bounded
// queue, and are shed when it is full. Time is monotonic and may run faster
// than the wall clock. Nothing about a call is stored: floors and instants live
// in memory until the call is over.
//
// What clients see is described, with sources, in the vendor's public material;
// where that is silent a comment says what we chose.
//
// The gateway moves no car: the building does (hoistway/dispatch/building). It
// knows nobody: people's accounts, keys and rights are the affair of
// hoistway/dispatch/remotecall, whose network front is the package app.
package gateway
