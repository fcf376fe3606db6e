package remotecall

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// entered is a value that somebody entered, by the name of its field in the
// stores.
type entered struct{ name, value string }

// fieldRule says what a field may hold. Lengths are in runes.
type fieldRule struct {
	least, most int
	form        func(string) error // nil = any text of one line
	lines       bool               // line breaks are allowed
}

// fieldRules are those of all fields that people enter.
var fieldRules = map[string]fieldRule{
	"email":             {3, 254, emailForm, false},
	"password":          {8, 256, nil, false},
	"device_serial":     {1, 64, nil, false},
	"name":              {1, 100, nil, false},
	"gender":            {1, 32, nil, false},
	"country":           {2, 2, countryForm, false},
	"language":          {2, 35, languageForm, false},
	"phone":             {5, 24, phoneForm, false},
	"intercom_phone":    {5, 24, phoneForm, false},
	"intercom_username": {1, 40, nil, false},
	"favourite_floor":   {1, 32, nil, false},
	"visitor":           {1, 100, nil, false},
	"username":          {1, 64, nil, false},
	"number":            {1, 32, nil, false},
	"note":              {1, 1000, nil, true},
	"address":           {1, 200, nil, true},
	"apartment":         {1, 16, nil, false},
}

// checkField refuses a value that its field may not hold. Errors name the
// field, never the value.
func checkField(name, value string) error {
	rule, known := fieldRules[name]
	if !known {
		panic(fmt.Sprintf("BUG: no rule for field %q", name))
	}
	if value == "" {
		return field(MissingField, name, "")
	}
	if !utf8.ValidString(value) {
		return field(MalformedField, name, "is not UTF-8")
	}
	if n := utf8.RuneCountInString(value); n < rule.least || n > rule.most {
		return field(MalformedField, name, fmt.Sprintf("must have %d to %d characters", rule.least, rule.most))
	}
	for _, r := range value {
		if unicode.IsControl(r) && !(rule.lines && r == '\n') {
			return field(MalformedField, name, "has a control character")
		}
	}
	if name != "password" && strings.TrimSpace(value) != value {
		return field(MalformedField, name, "begins or ends with a space")
	}
	if rule.form != nil {
		if err := rule.form(value); err != nil {
			return field(MalformedField, name, err.Error())
		}
	}
	return nil
}

// checkAll checks fields of which none may be missing, in order.
func checkAll(fields []entered) error {
	for _, f := range fields {
		if err := checkField(f.name, f.value); err != nil {
			return err
		}
	}
	return nil
}

// checkOptional checks fields that may be empty.
func checkOptional(fields []entered) error {
	for _, f := range fields {
		if f.value == "" {
			continue
		}
		if err := checkField(f.name, f.value); err != nil {
			return err
		}
	}
	return nil
}

var (
	errEmail    = errors.New("must be an address such as name@example.org")
	errCountry  = errors.New("must be two capital letters of ISO 3166, such as FI")
	errLanguage = errors.New("must be a language tag such as fi or pt-BR")
	errPhone    = errors.New("must be a telephone number of digits, spaces and hyphens, with + before a country code")
)

// emailForm wants a plain address: no display name, no quoted or bracketed
// parts, a domain of at least two labels.
func emailForm(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return errEmail
	}
	local, domain, _ := strings.Cut(s, "@")
	if len(local) > 64 || strings.ContainsAny(local, "\" ") || !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@[] ") {
		return errEmail
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return errEmail
		}
	}
	return nil
}

func countryForm(s string) error {
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return errCountry
		}
	}
	return nil
}

func languageForm(s string) error {
	for i, part := range strings.Split(s, "-") {
		if part == "" || len(part) > 8 || i == 0 && (len(part) < 2 || len(part) > 3) {
			return errLanguage
		}
		for _, r := range part {
			if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
				return errLanguage
			}
		}
	}
	return nil
}

func phoneForm(s string) error {
	digits := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, r == ' ', r == '-', r == '(', r == ')':
		default:
			return errPhone
		}
	}
	if digits < 4 || digits > 15 {
		return errPhone
	}
	return nil
}
