package selftest

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// wireMutants send what nobody may read or need not know.
func wireMutants() []Mutant {
	call := func(east string) string {
		return `{"Token":"` + randomID() + `","Body":{"Building":"main","From":"0","To":"1","Position":{"East":` + east + `,"North":0},"Distance":25,"Walk":0}}`
	}
	return []Mutant{
		{Name: "wire.plaintext_fallback", What: "sends a request in the clear where the greeting was not answered", wrong: func(b *Bench) error {
			return b.line(func(l *line) error {
				l.tap(false, []byte(`POST /upload-usage {"Pseudonym":"`+b.linkedID()+`"}`))
				return nil
			})
		}},
		{Name: "wire.fixed_nonce", What: "seals two requests under one nonce", wrong: func(b *Bench) error {
			return b.line(func(l *line) error {
				return errors.Join(l.requestAs(1, "objections", `{"Token":"A","Body":{}}`), l.requestAs(1, "objections", `{"Token":"B","Body":{}}`))
			})
		}},
		{Name: "wire.replay", What: "takes a request a second time", wrong: func(b *Bench) error {
			return b.line(func(l *line) error {
				before := l.frames.Len()
				err := l.request("objections", `{"Token":"A","Body":{}}`)
				l.frames.Write(bytes.Clone(l.frames.Bytes()[before:]))
				return err
			})
		}},
		{Name: "wire.unpadded", What: "sends requests as long as they are", wrong: func(b *Bench) error {
			return b.line(func(l *line) error {
				l.noPadding = true
				return l.request("objections", `{"Token":"A","Body":{}}`)
			})
		}},
		{Name: "wire.serial_header", What: "puts the phone's serial number and the mail address into a header in the clear", wrong: func(b *Bench) error {
			return b.line(func(l *line) error {
				one, err := some(b.accounts(remoteCall), "account of Remote Call")
				if err != nil {
					return err
				}
				l.tap(false, []byte("X-Device: "+b.value(one.subject, "device_serial", nil)+"\r\nX-User: "+b.value(b.accounts(flow)[0].subject, "email", nil)))
				// Uploads are known by their operation, which is sealed.
				return l.request("upload-usage", `{"Pseudonym":"`+randomID()+`","Building":"main","Equipment":"main","Function":"remote-call","At":"`+stamp(b.end())+
					`","UserAgent":"Hoistway/1 (`+b.value(one.subject, "device_serial", nil)+`)"}`)
			})
		}},
		{Name: "wire.upload_with_login", What: "uploads the use of equipment in a session that is logged in", wrong: func(b *Bench) error {
			return b.said(false, "upload-usage", `{"Pseudonym":"`+randomID()+`","Building":"main","Equipment":"main","Function":"remote-call","At":"`+stamp(b.end())+`"}`)
		}},
		{Name: "wire.upload_with_email", What: "uploads the use of equipment with the user's mail address", wrong: func(b *Bench) error {
			email := b.value(b.accounts(flow)[0].subject, "email", nil)
			return b.said(true, "upload-usage", `{"Pseudonym":"`+randomID()+`","Building":"main","Equipment":"main","Function":"remote-call","At":"`+stamp(b.end())+`","User":"`+email+`"}`)
		}},
		{Name: "wire.untapped", What: "takes calls on another way than the one that is watched", wrong: func(b *Bench) error {
			return b.write("wire/frames.bin", nil)
		}},
		{Name: "analytics.account_row", What: "hands the analytics the row of the account", wrong: func(b *Bench) error {
			one := b.accounts(remoteCall)[0]
			return b.said(false, "app-report", `{"Token":"`+randomID()+`","Description":"phone","Model":"Pixel","System":"Android 15","Hour":2,"Seconds":0,"Functions":{},"Serial":"`+
				b.value(one.subject, "device_serial", nil)+`","Email":"`+b.value(one.subject, "email", nil)+`"}`)
		}},
		{Name: "pos.exact", What: "sends exact coordinates with a call", wrong: func(b *Bench) error { return b.said(false, "call", call("1.2834")) }},
		{Name: "pos.idle", What: "sends a position while nobody calls", wrong: func(b *Bench) error {
			return b.said(false, "objections", `{"Token":"`+randomID()+`","Body":{"Position":{"East":1,"North":2}}}`)
		}},
		{Name: "pos.far", What: "sends a position a kilometre away from the equipment", wrong: func(b *Bench) error { return b.said(false, "call", call("100")) }},
		{Name: "cam.preroll", What: "sends pictures before anybody rings", wrong: func(b *Bench) error {
			return b.told(fmt.Sprintf(`[{"What":"frame","Ring":9001,"Sealed":%q}]`, base64.StdEncoding.EncodeToString(make([]byte, 90))))
		}},
		{Name: "cam.audio", What: "sends the sound of a ring with its pictures", wrong: func(b *Bench) error {
			return b.told(`[{"What":"rings","Ring":9002,"Building":"main"},{"What":"sound","Ring":9002,"Audio":"UklGRg=="}]`)
		}},
		{Name: "cam.unsealed", What: "sends a picture that is not sealed for the phone", wrong: func(b *Bench) error {
			return b.told(`[{"What":"rings","Ring":9003,"Building":"main"},{"What":"frame","Ring":9003,"Sealed":"` + base64.StdEncoding.EncodeToString([]byte("a picture")) + `"}]`)
		}},
		{Name: "wire.session_is_account", What: "names sessions after the account", wrong: func(b *Bench) error {
			l, err := b.dial(false)
			if err != nil {
				return err
			}
			raw, err := idAlphabet.DecodeString(b.accounts(flow)[0].subject)
			if err != nil {
				return err
			}
			l.tap(true, header(5, raw, 1)) // of an unknown session, which repeats a header
			return l.hangUp()
		}},
		{Name: "wire.id_in_header", What: "names sessions after the randomized ID", wrong: func(b *Bench) error {
			l, err := b.dial(false)
			if err != nil {
				return err
			}
			raw, err := idAlphabet.DecodeString(b.linkedID())
			if err != nil {
				return err
			}
			l.tap(true, header(5, raw, 1))
			return l.hangUp()
		}},
		{Name: "wire.sequence_is_serial", What: "sends a number of the phone's in place of the count of its frames", wrong: func(b *Bench) error {
			return b.line(func(l *line) error {
				serial := b.value(b.accounts(remoteCall)[0].subject, "device_serial", nil)
				return l.requestAs(binary.BigEndian.Uint64([]byte(strings.Repeat(serial, 1)[:8])), "objections", `{"Token":"A","Body":{}}`)
			})
		}},
	}
}

// line opens a session, lets a mutant use it, and adds it to the capture.
func (b *Bench) line(use func(*line) error) error {
	l, err := b.dial(false)
	if err != nil {
		return err
	}
	if err := use(l); err != nil {
		return err
	}
	return l.hangUp()
}

// linkedID is a randomized ID that the vault knows.
func (b *Bench) linkedID() string {
	for i := range b.Clean.stores["vault"] {
		if r := &b.Clean.stores["vault"][i]; r.kind() == "ln" {
			return r.part(1)
		}
	}
	return ""
}
