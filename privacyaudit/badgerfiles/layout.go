package badgerfiles

import (
	"cmp"
	"slices"
)

// Whole files can be wrong although each is sound. Two rules of Badger's show
// some of that.

// checkLevels compares the tables of one level. Below level 0, where tables lie
// as the memtables left them, no two reach into each other's keys.
func (r *reading) checkLevels() {
	byLevel := map[uint32][]*table{}
	for _, t := range r.tables {
		if !t.orphan && t.level > 0 {
			byLevel[t.level] = append(byLevel[t.level], t)
		}
	}
	for level, tables := range byLevel {
		slices.SortFunc(tables, func(a, b *table) int {
			return cmp.Or(compareKeys(a.blocks[0].key, b.blocks[0].key), cmp.Compare(a.id, b.id))
		})
		for i := 1; i < len(tables); i++ {
			if before := tables[i-1]; compareKeys(before.biggest, tables[i].blocks[0].key) >= 0 {
				r.problem(tables[i].name, "holds keys of %s, which is on level %d too", before.name, level)
			}
		}
	}
}

// checkTwins reports files of records with the same content: one of them was
// written over another. Badger never writes two alike.
func (r *reading) checkTwins() {
	first := map[string]string{}
	for i := range r.store.Files {
		file := &r.store.Files[i]
		switch {
		case file.Size == 0 || file.SHA256 == "":
		case file.Kind != KindTable && file.Kind != KindMemtable && file.Kind != KindValueLog:
		case first[file.SHA256] != "":
			r.problem(file.Name, "has the content of %s", first[file.SHA256])
		default:
			first[file.SHA256] = file.Name
		}
	}
}
