package evidence

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// everything is an evidence folder with a file of every class, and with what
// should not be there.
func everything(t *testing.T) string {
	return folder(t, map[string]string{
		"stores/registry.json":               "config",
		"stores/cloud/000001.sst":            "in the store",
		"stores/cloud/left.txt":              "in the store's folder",
		"stores/cloud/old/dump.csv":          "below the store",
		"stores/building-main/MANIFEST":      "",
		"stores/vault/":                      "",
		"stores/building-/":                  "",
		"stores/copy/cloud/KEYREGISTRY":      "",
		"stores/copy/notes.txt":              "beside a copied store",
		"stores/empty/":                      "",
		"stores/backups/a.bak":               "backup",
		"stores/backups/a.part":              "half a backup",
		"stores/displays/main.json":          "list",
		"stores/displays/main.html":          "page",
		"stores/displays/main.bmp":           "picture of the display",
		"stores/phones/12.0/log.ndjson":      "log",
		"stores/phones/12.0/pictures/x.bin":  "picture",
		"stores/phones/12.0/pictures/x.part": "half a picture",
		"stores/phones/12.0/cache.db":        "what is that?",
		"stores/phones/12.0/db/000001.vlog":  "a database on a phone",
		"keys/provider-1.key":                "key",
		"keys/handed-over/main/a-1.key":      "key of another",
		"logs/service.ndjson":                "line",
		"logs/empty.ndjson":                  "",
		"metrics/service.prom":               "metric",
		"wire/frames.bin":                    "frames",
		"exports/0001-export.json":           "export",
		"exports/MANIFEST":                   "a database in the open",
		"reports/report.html":                "report",
		"truth/canaries.ndjson":              "what nobody may find",
		"core.dump":                          "memory",
		"extra/a/b.txt":                      "extra",
	})
}

func TestStoreDirs(t *testing.T) {
	p, err := Open(everything(t))
	must(t, err)
	got, err := p.StoreDirs()
	must(t, err)
	want := []StoreDir{
		{Name: "exports", Class: Unknown, Badger: true},
		{Name: "building-", Class: Unknown},
		{Name: "building-main", Class: Building, Building: "main", Badger: true},
		{Name: "cloud", Class: Cloud, Badger: true},
		{Name: "copy", Class: Unknown},
		{Name: "copy/cloud", Class: Unknown, Badger: true},
		{Name: "empty", Class: Unknown},
		{Name: "phones/12.0/db", Class: Unknown, Badger: true},
		{Name: "vault", Class: Vault},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(StoreDir{}, "Path"), cmpopts.IgnoreUnexported(StoreDir{})); d != "" {
		t.Errorf("stores (-want +got):\n%s", d)
	}
	for _, s := range got {
		if info, err := os.Stat(s.Path); err != nil || !info.IsDir() {
			t.Errorf("%s has the path of no folder: %v", s.Name, err)
		}
	}
}

func TestTextsAreGivenOnce(t *testing.T) {
	p, err := Open(everything(t))
	must(t, err)
	type text struct{ Name, Class, Owner, Body string }
	var got []text
	must(t, p.Texts(func(x *Text) error {
		if !x.Last || x.Number != 0 || x.Offset != 0 || x.Size != int64(len(x.Body)) {
			t.Errorf("%s is not in one piece", x.Name)
		}
		got = append(got, text{x.Name, x.Class, x.Owner, string(x.Body)})
		return nil
	}))
	want := []text{
		{"core.dump", Unknown, "", "memory"},
		{"exports/0001-export.json", ExportText, "", "export"},
		{"exports/MANIFEST", ExportText, "", "a database in the open"},
		{"extra/a/b.txt", Unknown, "", "extra"},
		{"keys/handed-over/main/a-1.key", KeyText, "", "key of another"},
		{"keys/provider-1.key", KeyText, "", "key"},
		{"logs/empty.ndjson", LogText, "", ""},
		{"logs/service.ndjson", LogText, "", "line"},
		{"metrics/service.prom", MetricsText, "", "metric"},
		{"reports/report.html", ReportText, "", "report"},
		{"stores/backups/a.bak", BackupText, "", "backup"},
		{"stores/backups/a.part", Unknown, "", "half a backup"},
		{"stores/cloud/old/dump.csv", Unknown, "", "below the store"},
		{"stores/copy/notes.txt", Unknown, "", "beside a copied store"},
		{"stores/displays/main.bmp", Unknown, "", "picture of the display"},
		{"stores/displays/main.html", DisplayText, "main", "page"},
		{"stores/displays/main.json", DisplayText, "main", "list"},
		{"stores/phones/12.0/cache.db", Unknown, "", "what is that?"},
		{"stores/phones/12.0/log.ndjson", PhoneText, "12.0", "log"},
		{"stores/phones/12.0/pictures/x.bin", PhoneText, "12.0", "picture"},
		{"stores/phones/12.0/pictures/x.part", PhoneText, "12.0", "half a picture"},
		{"stores/registry.json", ConfigText, "", "config"},
		{"wire/frames.bin", WireText, "", "frames"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("texts (-want +got):\n%s", d)
	}
}

// What a link leads to is not in the folder, and a pipe would be waited for.
func TestLinksAndSpecialFilesAreErrors(t *testing.T) {
	dir := folder(t, map[string]string{"logs/a.ndjson": "a", "logs/z.ndjson": "z", "stores/cloud/MANIFEST": ""})
	must(t, os.Symlink(filepath.Join(dir, "logs/a.ndjson"), filepath.Join(dir, "logs/link")))
	must(t, os.Symlink(filepath.Join(dir, "logs"), filepath.Join(dir, "stores/building-main")))
	must(t, unix.Mkfifo(filepath.Join(dir, "logs/pipe"), 0o666))
	p, err := Open(dir)
	must(t, err)
	var names []string
	err = p.Texts(func(x *Text) error {
		names = append(names, x.Name)
		return nil
	})
	wants(t, err, "logs/link is a link")
	wants(t, err, "stores/building-main is a link")
	wants(t, err, "logs/pipe is no regular file")
	if d := cmp.Diff([]string{"logs/a.ndjson", "logs/z.ndjson"}, names); d != "" {
		t.Errorf("the other files (-want +got):\n%s", d)
	}
	stores, err := p.StoreDirs()
	wants(t, err, "stores/building-main is a link")
	if len(stores) != 1 || stores[0].Name != "cloud" {
		t.Errorf("stores %v, want the cloud", stores)
	}
}

// A file that is opened by its name alone is held to the same.
func TestAConfigThatIsALinkIsAnError(t *testing.T) {
	dir := folder(t, map[string]string{"real.json": goodConfig, "stores/": ""})
	must(t, os.Symlink(filepath.Join(dir, "real.json"), filepath.Join(dir, "stores", ConfigFile)))
	_, err := ReadConfig(filepath.Join(dir, "stores"))
	wants(t, err, "is no regular file")
}

func TestTextsEndWithTheCallersError(t *testing.T) {
	p, err := Open(folder(t, map[string]string{"logs/a": "a", "logs/b": "b"}))
	must(t, err)
	mine, calls := errors.New("enough"), 0
	err = p.Texts(func(*Text) error { calls++; return mine })
	if err != mine || calls != 1 {
		t.Errorf("error %v after %d calls, want the caller's own after one", err, calls)
	}
}

// Pieces of a file cover it, in order, and whatever is not longer than the
// overlap lies in one of them as a whole.
func TestPieces(t *testing.T) {
	dir := folder(t, map[string]string{"logs/": ""})
	p := Parts{Logs: filepath.Join(dir, "logs")}
	rapid.Check(t, func(rt *rapid.T) {
		whole := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(rt, "file")
		overlap := rapid.IntRange(0, 8).Draw(rt, "overlap")
		piece := overlap + rapid.IntRange(1, 20).Draw(rt, "new bytes of a piece")
		if err := os.WriteFile(filepath.Join(p.Logs, "a"), whole, 0o666); err != nil {
			rt.Fatal(err)
		}
		var got []byte
		last, number := false, 0
		err := p.texts(piece, overlap, func(x *Text) error {
			if last || x.Number != number || x.Size != int64(len(whole)) || len(x.Body) > piece {
				rt.Fatalf("piece %d of %d bytes is out of order, too long or behind the last", x.Number, len(x.Body))
			}
			if number > 0 && x.Offset != int64(len(got)-overlap) {
				rt.Fatalf("piece %d begins at %d, and those before end at %d", number, x.Offset, len(got))
			}
			if !bytes.Equal(x.Body[:int64(len(got))-x.Offset], got[x.Offset:]) {
				rt.Fatalf("piece %d has other bytes than the one before where both lie", number)
			}
			got = append(got[:x.Offset], x.Body...)
			last = x.Last
			number++
			return nil
		})
		if err != nil || !last || !bytes.Equal(got, whole) {
			rt.Fatalf("pieces give %d bytes of %d, last %v: %v", len(got), len(whole), last, err)
		}
	})
}
