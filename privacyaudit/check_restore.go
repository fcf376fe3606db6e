package privacyaudit

import (
	"path"
	"slices"
	"strings"

	"time"

	"hoistway/privacyaudit/finding"
)

// restore judges every restore of the cloud by the ledger: it was completed, with
// the same backup as was intended; the ledger was replayed from where the backup
// knows it, and so the erasures since then were run again; and the truth's restores
// are those. What was removed before, one by one, is nowhere live again. Whether
// somebody who was erased came back the check certificates judges, record by
// record.
//
// backups holds the files of backups against the ledger: each was written by its
// entry, with the same head and number of records, and what the ledger says was
// deleted is gone; there is none that is not on record, and none is missing.
func init() {
	register(&Check{
		Name:  "restore",
		About: "After each restore the ledger was replayed from where the backup knew it, and nothing that was removed came back.",
		New:   newRestore,
	})
	register(&Check{
		Name:  "backups",
		About: "The files of backups are those that the ledger knows, and no others.",
		New:   newBackups,
	})
}

func newRestore(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	var removed map[string]bool // records by their hashes
	kinds := map[string]bool{}
	return Watch{
		Record: func(r *Record) {
			if removed == nil {
				removed = map[string]bool{}
				for _, e := range p.entries("removed") {
					removed[e.Facts["ref"]] = true
					// An objection that is made again stands under the same key.
					kinds[e.Facts["kind"]] = e.Facts["kind"] != "objection"
				}
			}
			if !r.Live() || !kinds[r.KindName()] || r.Source.Class == "backup" {
				return
			}
			p.Select(r.Source.Name, 1)
			if removed[recordRef(r.Source.Name, string(r.RawKey))] {
				p.Fail(r.Place(), "by the ledger it was removed for good, and it is there")
			}
		},
		End: p.judgeRestores,
	}, nil
}

func (p *Probe) judgeRestores() {
	written, intended := map[string]*Entry{}, map[string]*Entry{}
	var done []*Entry
	for _, e := range p.Ledger {
		switch {
		case e.Act == "backup" && e.Facts["state"] != "deleted":
			written[e.Facts["name"]] = e
		case e.Act == "restore" && e.Facts["state"] == "intended":
			p.Select("ledger", 1)
			intended[e.ID] = e
			backup := written[e.Facts["name"]]
			if backup == nil {
				p.Fail(e.Place(), "the cloud was restored from a backup that the ledger does not know")
				continue
			}
			from, ok := e.Count("sequence")
			if knows, known := backup.Count("sequence"); !ok || known && from > knows {
				p.Fail(e.Place(), "the ledger was not replayed from where the backup knew it")
			}
		case e.Act == "restore":
			p.Select("ledger", 1)
			begun := intended[e.ID]
			delete(intended, e.ID)
			if begun == nil || begun.Facts["name"] != e.Facts["name"] {
				p.Fail(e.Place(), "the cloud was restored, which was not on record before")
				continue
			}
			done = append(done, e)
			p.judgeReplay(begun, e)
		}
	}
	for _, id := range sortedNames(intended) {
		p.Fail(intended[id].Place(), "a restore was begun and not completed: what it brought back may not have been erased again")
	}
	if p.Truth == nil {
		return
	}
	restores := 0
	for i := range p.Truth.Acts {
		if act := &p.Truth.Acts[i]; act.Kind == "restore" && act.Result == "" {
			restores++
			p.Select("truth", 1)
		}
	}
	if restores > len(done) {
		p.Fail(finding.Place{Store: "truth", Kind: "restore"}, "the cloud was restored %d times, and the ledger knows %d", restores, len(done))
	}
	if p.selected() == 0 && len(p.Ledger) > 0 {
		p.NotApplicable("nothing was restored, and nothing removed that could have come back")
	}
}

// judgeReplay holds the number of subjects that were erased again against the
// erasures that the backup did not know.
func (p *Probe) judgeReplay(begun, done *Entry) {
	from, _ := begun.Count("sequence")
	since := map[string]bool{}
	for _, e := range p.entries("erasure-settled") {
		if e.Sequence > uint64(from) && e.Sequence < done.Sequence {
			since[e.Facts["ref"]] = true
		}
	}
	if n, ok := done.Count("erased"); !ok || n < len(since) {
		p.Fail(done.Place(), "fewer subjects were erased again than had been since the backup")
	}
}

func newBackups(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	files := map[string]*Source{}
	return Watch{
		Store: func(src *Source) {
			if src.Class == "backup" {
				p.Select(src.Name, 1)
				files[strings.TrimSuffix(path.Base(src.Name), ".bak")] = src
			}
		},
		End: func() {
			states := map[string]string{}
			written := map[string]*Entry{}
			var names []string
			for _, e := range p.entries("backup") {
				name := e.Facts["name"]
				if states[name] = e.Facts["state"]; e.Facts["state"] != "deleted" {
					written[name] = e
					names = append(names, name)
				}
			}
			for _, name := range names {
				p.Select("ledger", 1)
				if files[name] == nil && states[name] != "deleted" && p.Parts.Stores != "" {
					p.Fail(written[name].Place(), "a backup that the ledger knows is missing, and it was not deleted on record")
				}
			}
			for _, name := range sortedNames(files) {
				p.judgeBackup(files[name], written[name], states[name])
			}
			p.backupsOfTruth(names)
			if p.selected() == 0 && len(p.Ledger) > 0 {
				p.NotApplicable("there are no backups, and the ledger knows none")
			}
		},
	}, nil
}

// backupSlack is by how much a backup may outlive its period: they are looked
// through once a day.
const backupSlack = 48 * time.Hour

func (p *Probe) judgeBackup(src *Source, e *Entry, state string) {
	place := finding.Place{Store: src.Name}
	switch {
	case e == nil:
		p.Fail(place, "the ledger does not know this backup")
		return
	case state == "deleted":
		p.Fail(place, "the ledger says that this backup was deleted")
	}
	if src.Backup == nil {
		return // it could not be read, which is among the problems
	}
	if p.Config != nil {
		limit := time.Duration(p.Config.Limits.Backups)
		if age := p.At.Sub(src.Backup.At); limit > 0 && age > limit+backupSlack {
			p.Fail(place, "it is %s old, and is kept for %s", inDays(age), inDays(limit))
		}
	}
	if n, ok := e.Count("records"); ok && n != src.Backup.Records {
		p.Fail(place, "it has another number of records than the ledger says")
	}
	if n, ok := e.Count("sequence"); ok && uint64(n) != src.Backup.Sequence {
		p.Fail(place, "it says that it knows another part of the ledger than the ledger says")
	}
}

// backupsOfTruth holds the ledger against the backups that were made.
func (p *Probe) backupsOfTruth(names []string) {
	if p.Truth == nil {
		return
	}
	for i := range p.Truth.Acts {
		act := &p.Truth.Acts[i]
		if act.Kind != "backup" || act.Result != "" {
			continue
		}
		p.Select("truth", 1)
		if !slices.Contains(names, act.Facts["name"]) {
			p.Fail(finding.Place{Store: "truth", Kind: "backup"}, "a backup was made, and the ledger does not say so")
		}
	}
}
