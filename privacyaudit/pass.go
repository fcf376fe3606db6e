package privacyaudit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/badgerfiles"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/search"
)

// A batch is records on their way from those who decode to the one who checks.
// All of its slices are used again.
type batch struct {
	records []Record
	n       int
	arena   []byte // keys, opened values
}

const (
	batchRecords = 256
	batchBytes   = 64 << 10
)

// pass goes over all evidence once, and over the keys and the ledger once
// before that, since records cannot be opened and judged without them.
func (a *Audit) pass(ctx context.Context) error {
	if a.Parts.Stores != "" {
		dirs, err := a.Parts.StoreDirs()
		if err != nil {
			a.problem("", "", err)
		}
		for _, d := range dirs {
			if err := a.first(d); err != nil {
				return err
			}
		}
		slices.SortFunc(a.Ledger, func(x, y *Entry) int { return cmp.Compare(x.Sequence, y.Sequence) })
		for _, d := range dirs {
			if err := a.store(ctx, d); err != nil {
				return err
			}
		}
		if err := a.backups(ctx); err != nil {
			return err
		}
	}
	return a.texts(ctx)
}

// first takes the wrapped keys out of a store, the ledger's entries, and whether
// a building was handed over.
func (a *Audit) first(d evidence.StoreDir) error {
	switch d.Class {
	case "vault", "building", "ledger":
	default:
		return nil
	}
	src := &Source{Name: d.Name, Class: d.Class, Building: d.Building}
	over := a.Schema.HandedOver.Mark
	_, err := badgerfiles.Read(d.Path, 1, func(_ int, v *badgerfiles.Version) error {
		switch {
		case v.Deleted:
		case d.Class == "building" && v.Newest && over != "" && string(v.Key) == over:
			a.handedOver[d.Name] = true
		case strings.HasPrefix(string(v.Key), "wk/"):
			a.takeKey(src, v) // former versions, too: they may open former versions
		case d.Class == "ledger" && v.Newest:
			a.takeEntry(src, v)
		}
		return nil
	})
	return err
}

func (a *Audit) takeKey(src *Source, v *badgerfiles.Version) {
	r := Record{Source: src, RawKey: v.Key}
	a.decode(&r, v.Value, nil)
	if r.State != Read {
		return // the schema's check reports it
	}
	if err := a.ring.AddRecord(src.Name, r.Key, r.Fields); err != nil {
		a.problem(src.Name, v.File, err)
	}
}

// store reads one store: its records by several goroutines, and its bytes.
func (a *Audit) store(ctx context.Context, d evidence.StoreDir) error {
	src := &Source{Name: d.Name, Class: d.Class, Building: d.Building, HandedOver: a.handedOver[d.Name]}
	a.source(src)
	var read *badgerfiles.Store
	err := a.records(ctx, src, func(workers int, give func(worker int, v *badgerfiles.Version) error) (err error) {
		read, err = badgerfiles.Read(d.Path, workers, give)
		return err
	})
	if err != nil {
		return err
	}
	src.Files = read
	line := finding.Store{Files: len(read.Files), SHA256: sumOf(read)}
	for _, f := range read.Files {
		line.Bytes += f.Size
	}
	for _, p := range read.Problems {
		a.Report.Problems = append(a.Report.Problems, finding.Problem{Store: src.Name, File: p.File, What: p.What})
	}
	a.seen(src, line)
	return a.raw(src, d.Path)
}

// seen tells the checks that all records of a store have been seen, and the
// report what the store is.
func (a *Audit) seen(src *Source, line finding.Store) {
	line.Name, line.What, line.Versions, line.Records = src.Name, src.Class, int64(src.Records), int64(src.live)
	a.Report.Stores = append(a.Report.Stores, line)
	for _, p := range a.probes {
		if p.watch.Store != nil && p.In(src.Class) {
			p.watch.Store(src)
		}
	}
}

// sumOf is the SHA-256 of the names and sums of a store's files, so that
// whoever has the same copy can see that it is the same.
func sumOf(s *badgerfiles.Store) string {
	h := sha256.New()
	for _, f := range s.Files {
		fmt.Fprintf(h, "%s  %s\n", f.SHA256, f.Name)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// source tells the checks that a store begins, and notes who watches it.
func (a *Audit) source(src *Source) {
	kinds := len(a.Schema.Kinds)
	src.watchers, src.unknown = make([][]*Probe, kinds), nil
	for _, p := range a.probes {
		if !p.In(src.Class) {
			continue
		}
		if p.watch.Found != nil {
			src.finders = append(src.finders, p)
		}
		if p.watch.Record == nil {
			continue
		}
		for i, k := range a.Schema.Kinds {
			if p.wants(k.Name) {
				src.watchers[i] = append(src.watchers[i], p)
			}
		}
		if p.wants("") {
			src.unknown = append(src.unknown, p)
		}
	}
}

// records decodes and searches what read gives, on several goroutines, and
// gives it to the checks, on this one.
func (a *Audit) records(ctx context.Context, src *Source, read func(workers int, give func(worker int, v *badgerfiles.Version) error) error) error {
	full, free := make(chan *batch, 2*a.Workers), make(chan *batch, 3*a.Workers+1)
	for range cap(free) {
		free <- &batch{records: make([]Record, batchRecords), arena: make([]byte, 0, batchBytes)}
	}
	filling := make([]*batch, a.Workers)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer close(full)
		err := read(a.Workers, func(worker int, v *badgerfiles.Version) error {
			b := filling[worker]
			if b == nil {
				select {
				case b = <-free:
				case <-ctx.Done():
					return ctx.Err()
				}
				filling[worker] = b
			}
			a.take(src, b, v)
			if b.n == len(b.records) || len(b.arena) >= batchBytes {
				filling[worker] = nil
				select {
				case full <- b:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		for _, b := range filling {
			if b != nil && err == nil {
				full <- b
			}
		}
		done <- err
	}()
	for b := range full {
		for i := range b.records[:b.n] {
			a.judge(&b.records[i])
		}
		b.n, b.arena = 0, b.arena[:0]
		free <- b
	}
	return errors.Join(<-done, ctx.Err())
}

// take decodes one version into a batch.
func (a *Audit) take(src *Source, b *batch, v *badgerfiles.Version) {
	r := &b.records[b.n]
	b.n++
	*r = Record{
		Source: src, File: v.File, Offset: v.Offset, Commit: v.Commit, Newest: v.Newest, Deleted: v.Deleted, Expires: v.Expires,
		Fields: r.Fields[:0], Hits: r.Hits[:0],
	}
	from := len(b.arena)
	b.arena = append(append(b.arena, v.Key...), v.Value...)
	r.RawKey = b.arena[from : from+len(v.Key) : from+len(v.Key)]
	value := b.arena[from+len(v.Key) : len(b.arena) : len(b.arena)]
	b.arena = a.decode(r, value, b.arena)
	if a.index == nil {
		return
	}
	add := func(h search.Hit) { r.Hits = append(r.Hits, h) }
	a.index.Scan(r.RawKey, add)
	if err := a.index.Deep(r.Body, add); err != nil && r.State == Read {
		r.State, r.Why = Broken, err.Error()
	}
}

// judge gives one record to the checks that watch it.
func (a *Audit) judge(r *Record) {
	src := r.Source
	src.Records++
	if r.Live() && !r.Key.Mark {
		src.live++
	}
	watchers := src.unknown
	if r.Kind != nil {
		watchers = src.watchers[r.Kind.Index]
	}
	for _, p := range watchers {
		p.watch.Record(r)
	}
	for _, h := range r.Hits {
		f := Found{Known: a.Known[h.Needle], Form: h.Form, Source: src.Name, Class: src.Class, File: r.File, Offset: r.Offset, Record: r}
		for _, p := range src.finders {
			if p.wants(r.KindName()) {
				p.watch.Found(&f)
			}
		}
	}
}

// raw looks for known values in the bytes of a store's files as they lie.
func (a *Audit) raw(src *Source, dir string) error {
	if a.index == nil || len(src.finders) == 0 {
		return nil
	}
	return badgerfiles.Raw(dir, a.index.Overlap(), func(file string, offset int64, b []byte) error {
		a.index.Scan(b, a.telling(src.finders, Found{Source: src.Name, Class: src.Class, File: file, Offset: offset}))
		return nil
	})
}

// telling gives a function that tells checks of hits in a piece of evidence: of
// each, the place with its offset from the piece's.
func (a *Audit) telling(finders []*Probe, piece Found) func(h search.Hit) {
	return func(h search.Hit) {
		f := piece
		f.Known, f.Form, f.Offset = a.Known[h.Needle], h.Form, piece.Offset+h.Offset
		for _, p := range finders {
			p.watch.Found(&f)
		}
	}
}

// backups reads the backups as stores of their own.
func (a *Audit) backups(ctx context.Context) error {
	files, err := filepath.Glob(filepath.Join(a.Parts.Stores, "backups", "*"))
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	for _, file := range files {
		src := &Source{Name: "backups/" + filepath.Base(file), Class: "backup"}
		a.source(src)
		err := a.records(ctx, src, func(_ int, give func(int, *badgerfiles.Version) error) error {
			head, err := evidence.Backup(file, func(key, value []byte, version uint64, deleted bool, expires uint64) error {
				return give(0, &badgerfiles.Version{File: filepath.Base(file), Offset: -1, Key: key, Value: value, Commit: version, Deleted: deleted, Expires: expires, Newest: true})
			})
			src.Backup = head
			return err
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			a.problem("backup", filepath.Base(file), err)
		}
		a.seen(src, finding.Store{Files: 1})
	}
	return nil
}

// Entry is one entry of the ledger.
type Entry struct {
	Sequence uint64            `json:"-"`
	At       time.Time         `json:"at"`
	Building string            `json:"building"`
	Act      string            `json:"act"`
	ID       string            `json:"id"`
	Facts    map[string]string `json:"facts"`
}

func (a *Audit) takeEntry(src *Source, v *badgerfiles.Version) {
	r := Record{Source: src, RawKey: v.Key}
	a.decode(&r, v.Value, nil)
	if r.State != Read || r.KindName() != "ledger-entry" {
		return // the schema's check reports it
	}
	e := &Entry{Sequence: r.Key.Sequence}
	if json.Unmarshal(r.Body, e) == nil { // else as above
		a.Ledger = append(a.Ledger, e)
	}
}
