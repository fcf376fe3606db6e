// Package wire carries the requests of the app to the service as encrypted
// frames: whoever taps the line sees random bytes, and neither who asks nor
// what (FL-2.9 to FL-2.11, FL-2.17). A [Client] is one session on a phone, the
// [Endpoint] is the back end with all of them. There is no way to send
// anything in the clear.
//
// # Sessions
//
// A session is one HPKE context (RFC 9180, base mode: DHKEM(X25519,
// HKDF-SHA256), HKDF-SHA256, AES-256-GCM, info "hoistway remote call 1"). The
// phone makes the context for the back end's public key; the back end adds 32
// random bytes, the salt, so that a recorded greeting that is played again
// leads to other keys. Of the context, both export, with L the length:
//
//	request key  Export("request key" + session + salt, 32)
//	request iv   Export("request iv" + session + salt, 12)
//	reply key    Export("reply key" + session + salt, 32)
//	reply iv     Export("reply iv" + session + salt, 12)
//
// A frame's nonce is the iv XOR the sequence, big endian, in its last 8 bytes.
// The phone counts requests from 1 and never uses a number twice; the back end
// takes each number once (a window of 1024 lets requests overtake each other) and
// gives it one reply. Sessions live in memory, end after [Idle] without use or
// [Life] in all, and the one unused for longest ends when there are more than
// [MostSessions]. A new process has none.
//
// # Frames
//
//	byte 0      version, 1
//	byte 1      type: 1 greeting, 2 welcome, 3 request, 4 reply, 5 unknown session
//	bytes 2-17  session, random, made by the back end; 0 in a greeting
//	bytes 18-25 sequence, big endian; 0 in greeting and welcome
//
// These 26 bytes are authenticated with everything that follows them:
//
//	greeting         32 bytes of the HPKE encapsulation; HPKE-sealed: a byte that is 1 when the session
//	                 is anonymous, and the session that the phone lost (0 = none)
//	welcome          32 bytes of salt; sealed with the reply key, sequence 0: a byte that is 1 when the
//	                 lost session was still alive
//	request          sealed with the request key
//	reply            sealed with the reply key, under the request's sequence
//	unknown session  nothing; it is not authenticated, and repeats the request's header
//
// An opened request is the name of an operation, a space, its body in JSON and
// spaces up to a multiple of 64 bytes, so that lengths tell less. An opened
// reply is "ok", a space and JSON, or "no", a space, the word of a
// [remotecall.Refusal] and, for the operation exercise, a space and JSON. It is
// padded likewise. Bodies carry Go's names of the fields
// of package remotecall; fields that do not exist are refused.
//
// An unknown session makes the phone greet again and, when the back end's
// welcome confirms that the old session had ended, repeat the request. A forged
// "unknown session" cannot have a request done twice: the welcome betrays it.
//
// # Unlinkable reports
//
// What a phone reports under a randomized ID must not be linked to a login by
// the transport. Such operations are taken in anonymous sessions only, which
// take no other; the phone opens one for each randomized ID.
//
// What it does not do: it hides neither a phone's network address nor when it
// asks, frames of one session can be seen to belong together, and there is no forward secrecy against somebody who gets the back
// end's private key (an audit reads a tap with it).
package wire
