package estate

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"math/big"
	"strings"
)

// canary is a random text of 22 characters that occurs nowhere else, so that a
// search for it finds where a value went.
func canary() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var b strings.Builder
	for range 22 {
		b.WriteByte(alphabet[below(len(alphabet))])
	}
	return b.String()
}

// below is a random number in [0, n). It names people and never reaches a
// decision of the simulation.
func below(n int) int {
	k, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic("BUG: estate: the system's random numbers failed: " + err.Error())
	}
	return int(k.Int64())
}

// digits is a random text of n digits.
func digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + below(10))
	}
	return string(b)
}

// serial looks like a device's serial number.
func serial() string {
	var b [15]byte
	rand.Read(b[:])
	return base32.StdEncoding.EncodeToString(b[:])
}

// persona is what a synthetic person would enter: every text is a canary.
// Phone numbers are from a country code that nobody has.
type persona struct {
	name, email, password, phone, serial string
	gender, country, language            string
	address, intercomPhone, username     string
	device                               device
}

// device describes a phone to the analytics. A model is shared by many.
type device struct{ description, model, system string }

// models are of families that the analytics tell apart; the last is so rare
// that its cells are not to be published.
var models = []device{
	{"phone", "Pixel 8", "Android 15"}, {"phone", "Galaxy S24", "Android 15"}, {"phone", "iPhone 15", "iOS 18.2"},
	{"phone", "iPhone 16", "iOS 19.0"}, {"tablet", "Xperia Tab", "Android 9"},
}

// newPersona makes a person. The model follows from the resident's place in
// the building: it must be the same in two runs, as sizes of cells depend on
// it.
func newPersona(resident int, region string) persona {
	d := models[resident%(len(models)-1)]
	if resident%97 == 0 {
		d = models[len(models)-1]
	}
	return persona{
		name: canary() + " " + canary(), email: canary() + "@example.test", password: canary(), phone: "+999" + digits(11), serial: serial(),
		gender: []string{"female", "male", "other"}[resident%3], country: region, language: []string{"fi", "sv", "en"}[resident%3],
		address: canary(), intercomPhone: "+999" + digits(11), username: canary(), device: d,
	}
}

// subUser is a person whom a resident gives access to.
type subUser struct{ name, username, number, note string }

func newSubUser() subUser {
	return subUser{name: canary(), username: canary(), number: "+999" + digits(11), note: canary()}
}

// floorLabel names a floor for the services so that a stored call could be
// found as text.
func floorLabel(name string) string { return fmt.Sprintf("%s %s", name, canary()[:12]) }
