package evidence

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder writes files into a new folder; a name that ends in "/" is a folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o777))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, []byte(body), 0o666))
	}
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants checks an error: "" = none, else words that it has to have.
func wants(t *testing.T, err error, words string) {
	t.Helper()
	switch {
	case words == "" && err != nil:
		t.Errorf("error %v, want none", err)
	case words != "" && err == nil:
		t.Errorf("no error, want one with %q", words)
	case words != "" && !strings.Contains(err.Error(), words):
		t.Errorf("error %v, want one with %q", err, words)
	}
}

func TestOpen(t *testing.T) {
	for _, row := range []struct {
		name    string
		files   []string
		want    Parts // without the folder before them
		missing []string
		err     string
	}{
		{"an evidence folder has its parts as subfolders", []string{"stores/cloud/MANIFEST", "keys/", "truth/"},
			Parts{Stores: "stores", Keys: "keys", Truth: "truth", Folder: "."}, []string{"exports", "logs", "metrics", "reports", "wire"}, ""},
		{"what belongs to no part does not hinder", []string{"logs/", "notes.txt"},
			Parts{Logs: "logs", Folder: "."}, []string{"exports", "keys", "metrics", "reports", "stores", "truth", "wire"}, ""},
		{"a bare folder of stores is known by its registry.json", []string{"registry.json"},
			Parts{Stores: "."}, []string{"exports", "keys", "logs", "metrics", "reports", "truth", "wire"}, ""},
		{"a bare folder of stores is known by a database in it", []string{"cloud/000001.sst"},
			Parts{Stores: "."}, []string{"exports", "keys", "logs", "metrics", "reports", "truth", "wire"}, ""},
		{"a single store does not say what it may hold", []string{"MANIFEST"}, Parts{}, nil, "is a single store"},
		{"evidence and stores in one folder cannot be told apart", []string{"logs/", "registry.json"}, Parts{}, nil, "name the parts one by one"},
		{"a part that is a file is a mistake", []string{"stores"}, Parts{}, nil, "is no folder"},
		{"an empty folder is no evidence", nil, Parts{}, nil, "no subfolder stores"},
	} {
		t.Run(row.name, func(t *testing.T) {
			files := map[string]string{}
			for _, f := range row.files {
				files[f] = ""
			}
			dir := folder(t, files)
			got, err := Open(dir)
			wants(t, err, row.err)
			if err != nil {
				return
			}
			for _, place := range []*string{&got.Stores, &got.Keys, &got.Logs, &got.Metrics, &got.Wire, &got.Exports, &got.Reports, &got.Truth, &got.Folder} {
				if *place != "" {
					*place, err = filepath.Rel(dir, *place)
					must(t, err)
				}
			}
			if d := cmp.Diff(row.want, got); d != "" {
				t.Errorf("parts (-want +got):\n%s", d)
			}
			if d := cmp.Diff(row.missing, got.Missing()); d != "" {
				t.Errorf("missing (-want +got):\n%s", d)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there opened")
	}
}

func TestCheck(t *testing.T) {
	dir := folder(t, map[string]string{"a/b/": "", "c/": "", "ab/": "", "file": ""})
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.Symlink(at("c"), at("link")))
	for _, row := range []struct {
		name  string
		parts Parts
		err   string
	}{
		{"parts side by side are fine, also where one's name begins another's", Parts{Stores: at("a"), Logs: at("ab"), Keys: at("c")}, ""},
		{"no part is fine", Parts{}, ""},
		{"a part that is not there is named", Parts{Wire: at("none")}, "wire:"},
		{"a part that is a file is named", Parts{Wire: at("file")}, "is no folder"},
		{"the truth must not lie in the stores", Parts{Stores: at("a"), Truth: at("a/b")}, "truth lies in stores"},
		{"two parts must not be one folder", Parts{Stores: at("c"), Keys: at("c")}, "lies in"},
		{"nor one folder by two ways", Parts{Stores: at("c"), Keys: at("link")}, "lies in"},
	} {
		t.Run(row.name, func(t *testing.T) { wants(t, row.parts.Check(), row.err) })
	}
}
