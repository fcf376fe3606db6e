package estate

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"hoistway/dispatch/remotecall"
)

// Folders are the parts of the evidence.
func Folders() []string {
	return []string{"stores", "keys", "logs", "metrics", "wire", "exports", "reports", "truth"}
}

// openEvidence makes the folders and gives the services' log.
func (e *Estate) openEvidence() (*slog.Logger, error) {
	for _, name := range Folders() {
		if err := os.MkdirAll(filepath.Join(e.dir, name), 0o777); err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
	}
	var err error
	if e.truth, err = newTruth(filepath.Join(e.dir, "truth")); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	if e.tap, err = newTap(filepath.Join(e.dir, "wire", "frames.bin")); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	key, err := e.wireKey.Bytes()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(e.dir, "keys", "wire.key"), key, 0o600); err != nil {
		return nil, err
	}
	if e.logs, err = os.Create(filepath.Join(e.dir, "logs", "service.ndjson")); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	// The services' clock is virtual, so their log's is.
	virtual := func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			a.Value = slog.TimeValue(e.now)
		}
		return a
	}
	return slog.New(slog.NewJSONHandler(e.logs, &slog.HandlerOptions{ReplaceAttr: virtual})), nil
}

// closeEvidence completes what is not the services'.
func (e *Estate) closeEvidence() error {
	if e.dir == "" {
		return nil
	}
	var err error
	if e.tap != nil {
		err = errors.Join(err, e.tap.close())
	}
	if e.logs != nil {
		err = errors.Join(err, e.logs.Close())
	}
	if e.truth != nil {
		err = errors.Join(err, e.truth.close(e.settings()))
	}
	e.tap, e.logs, e.truth = nil, nil, nil
	return err
}

// settings is truth/settings.json: what an auditor has to know of the run.
func (e *Estate) settings() any {
	return map[string]any{
		"schema": 1, "synthetic": true, "scenario": e.sc.Name, "hash": e.sc.Hash, "start": e.start, "end": e.now, "building": Main, "sites": e.sc.Service.Sites,
		"region": e.sc.Service.Region, "gone": e.gone, "floors": e.floors, "residents": len(e.residents), "near_m": e.sc.Service.Near, "grid_m": e.sc.Service.Grid,
		"log_data": e.sc.Service.LogData.String(), "inactivity": e.sc.Service.Inactivity.String(), "backups": e.sc.Service.Backups.String(),
		"rotation": e.sc.Service.Rotation.String(), "least": e.sc.Service.Least, "logs": e.sc.Service.Logs, "cost_profile": "test",
	}
}

// export writes what left the provider.
func (e *Estate) export(name string, b []byte) {
	if e.dir == "" || len(b) == 0 {
		return
	}
	e.exports++
	e.fail(os.WriteFile(filepath.Join(e.dir, "exports", fmt.Sprintf("%04d-%s.json", e.exports, name)), b, 0o666))
}

// deliver is the post that brings subjects what they asked for through their
// Manager.
func (e *Estate) deliver(d remotecall.Delivery) error {
	e.export(string(d.Right)+"-delivered", d.Export)
	return nil
}

// writeMetrics dumps what the services counted, in Prometheus text, and the
// observed accesses.
func (e *Estate) writeMetrics() error {
	if e.dir == "" {
		return nil
	}
	f, err := os.Create(filepath.Join(e.dir, "metrics", "service.prom"))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	e.metrics.WritePrometheus(w)
	for _, a := range e.stores.Accesses() {
		fmt.Fprintf(w, "hoistway_store_accesses_total{store=%q,kind=%q,role=%q,purpose=%q,act=%q,allowed=\"%t\"} %d\n",
			a.Store, a.Kind, a.Role, a.Purpose, a.Act, a.Allowed, a.Count)
	}
	return errors.Join(w.Flush(), f.Close())
}

// tap writes the frames of the wire into a file, each as: 8 bytes of the
// instant (ns since 1970, big endian), a byte that is 0 from a phone and 1
// from the service, 4 bytes of the length, the frame.
type tap struct {
	f *os.File
	w *bufio.Writer
}

func newTap(path string) (*tap, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &tap{f, bufio.NewWriterSize(f, 1<<18)}, nil
}

// Frame takes one frame. It implements wire.Tap.
func (t *tap) Frame(at time.Time, from string, frame []byte) {
	var head [13]byte
	binary.BigEndian.PutUint64(head[:], uint64(at.UnixNano()))
	if from != "phone" {
		head[8] = 1
	}
	binary.BigEndian.PutUint32(head[9:], uint32(len(frame)))
	t.w.Write(head[:]) // a failure shows at close
	t.w.Write(frame)
}

func (t *tap) close() error { return errors.Join(t.w.Flush(), t.f.Close()) }
