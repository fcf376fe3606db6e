package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// libraryPrefix marks a source or passenger list that is built in.
const libraryPrefix = "library:"

//go:embed library
var library embed.FS

// Entry is one scenario of the library.
type Entry struct {
	Name        string
	Title       string
	Description string
}

// Library lists the built-in scenarios, ordered by name.
func Library() []Entry {
	var entries []Entry
	for _, name := range libraryNames() {
		text, err := libraryText(name)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		root, fault := plant(libraryPrefix+name, string(text))
		if fault != nil {
			panic("BUG: " + fault.String())
		}
		head := headDraft{name: name, title: name}
		rootSection.read(root, root, "", &head, false)
		entries = append(entries, Entry{head.name, head.title, head.description})
	}
	return entries
}

func libraryNames() []string {
	files, err := library.ReadDir("library")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".toml"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func libraryText(name string) ([]byte, error) {
	names := libraryNames()
	if !slices.Contains(names, name) {
		hint := "a file is named by a path with a slash or ending in .toml"
		if near := nearest(name, names); near != "" {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		return nil, Problems{{
			File: clip(name), Message: "is not a scenario of the library; the library has " + strings.Join(names, ", "), Hint: hint,
		}}
	}
	return library.ReadFile("library/" + name + ".toml")
}

func libraryList(file string) ([]byte, error) {
	text, err := library.ReadFile(path.Join("library/passengers", file))
	if err != nil {
		return nil, errors.New("is not a passenger list of the library")
	}
	return text, nil
}
