package evidence

import (
	"path"
	"strings"
)

// Classes of stores.
const (
	Cloud     = "cloud"
	Building  = "building"
	Analytics = "analytics"
	Vault     = "vault"
	Archive   = "archive"
	Ledger    = "ledger"
	Unknown   = "unknown" // also of a Text
)

// StoreDir is a folder with a store, or one that stands where stores do.
type StoreDir struct {
	Name     string // in the folder of the stores: "cloud", "building-main"; elsewhere with its part: "exports/copy"
	Path     string
	Class    string // Cloud ... Unknown
	Building string // of class Building; else ""
	Badger   bool   // it has a file of Badger's in it

	name string // of its node
}

// StoreDirs lists the stores, sorted by name. A folder that should not be there
// has class Unknown: one of an unexpected name, and any with Badger's files in
// another place. What a store's folder holds but for further folders is not
// among the Texts; the files of an unknown folder without Badger's files are.
func (p Parts) StoreDirs() ([]StoreDir, error) {
	nodes, err := p.tree()
	return storeDirs(nodes), err
}

func storeDirs(nodes []node) []StoreDir {
	badger := map[string]bool{}
	for _, n := range nodes {
		if !n.dir && isBadgerFile(path.Base(n.name)) {
			badger[n.parent()] = true
		}
	}
	var dirs []StoreDir
	for _, n := range nodes {
		if !n.dir {
			continue
		}
		s := StoreDir{Name: strings.TrimPrefix(n.name, "stores/"), Path: n.path, Class: Unknown, Badger: badger[n.name], name: n.name}
		if n.parent() == "stores" {
			s.Class, s.Building = storeClass(s.Name)
			if s.Class == "" && !s.Badger {
				continue // displays, phones, backups
			}
			if s.Class == "" {
				s.Class = Unknown
			}
		} else if !s.Badger {
			continue
		}
		dirs = append(dirs, s)
	}
	return dirs
}

// storeClass is the class that a name stands for in the folder of the stores;
// "" for the folders there that hold no store.
func storeClass(name string) (class, building string) {
	switch name {
	case Cloud, Analytics, Vault, Archive, Ledger:
		return name, ""
	case "displays", "phones", "backups":
		return "", ""
	}
	if b, ok := strings.CutPrefix(name, "building-"); ok && b != "" {
		return Building, b
	}
	return Unknown, ""
}
