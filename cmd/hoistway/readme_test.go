package main

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestTheReadmeHasTheFieldsOfALine: what --format json prints stands in the
// README, and nothing else does.
func TestTheReadmeHasTheFieldsOfALine(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n### One line per run\n")
	section, _, _ = strings.Cut(section, "\n### ")
	told := map[string]bool{}
	for row := range strings.Lines(section) {
		if cells := strings.Split(row, "|"); len(cells) > 2 {
			for _, part := range strings.Split(cells[1], ",") {
				if name, is := strings.CutPrefix(strings.TrimSpace(part), "`"); is {
					told[strings.TrimSuffix(name, "`")] = true
				}
			}
		}
	}
	fields := reflect.TypeFor[line]()
	for i := range fields.NumField() {
		name := fields.Field(i).Tag.Get("json")
		if !told[name] {
			t.Errorf("the README does not explain the field %s", name)
		}
		delete(told, name)
	}
	for name := range told {
		t.Errorf("the README explains the field %s, which is not printed", name)
	}
}
