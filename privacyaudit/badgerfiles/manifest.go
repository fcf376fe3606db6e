package badgerfiles

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"
	"google.golang.org/protobuf/proto"
)

// manifest says which tables belong to the database.
type manifest struct {
	tables  map[uint64]manifestTable
	unknown []uint64 // tables that it removes without having added them
}

type manifestTable struct {
	level       uint32
	keyID       uint64 // 0: not encrypted
	compression options.CompressionType
}

// The head of a manifest: "Bdgr", two bytes for the application, two for
// Badger's format.
const (
	manifestHead    = 8
	manifestFormat  = 8
	changeSetHead   = 8 // length, checksum
	mostLevels      = 64
	manifestDamaged = "every table is read as an orphan"
)

// parseManifest replays the changes of a MANIFEST file. A change set that is
// cut short at the end is damage here, though Badger forgives it: what it named
// would be unknown.
func parseManifest(b []byte) (*manifest, error) {
	if len(b) < manifestHead || string(b[:4]) != "Bdgr" {
		return nil, errors.New("does not begin as a manifest")
	}
	if v := binary.BigEndian.Uint16(b[6:]); v != manifestFormat {
		return nil, fmt.Errorf("has format %d; this reader knows format %d", v, manifestFormat)
	}
	m := &manifest{tables: map[uint64]manifestTable{}}
	for at := manifestHead; at < len(b); {
		if len(b)-at < changeSetHead {
			return nil, fmt.Errorf("is cut short at byte %d", at)
		}
		length, sum := uint64(binary.BigEndian.Uint32(b[at:])), binary.BigEndian.Uint32(b[at+4:])
		if length > uint64(len(b)-at-changeSetHead) {
			return nil, fmt.Errorf("is cut short at byte %d", at)
		}
		if length == 0 && at > manifestHead {
			// The database writes an empty set only where a manifest begins.
			return nil, fmt.Errorf("has an empty change at byte %d", at)
		}
		body := b[at+changeSetHead:][:length]
		if crc32.Checksum(body, y.CastagnoliCrcTable) != sum {
			return nil, fmt.Errorf("has a wrong checksum at byte %d", at)
		}
		var set pb.ManifestChangeSet
		if err := proto.Unmarshal(body, &set); err != nil {
			return nil, fmt.Errorf("has an unreadable change at byte %d", at)
		}
		for _, c := range set.Changes {
			if err := m.apply(c); err != nil {
				return nil, fmt.Errorf("at byte %d %w", at, err)
			}
		}
		at += changeSetHead + int(length)
	}
	return m, nil
}

func (m *manifest) apply(c *pb.ManifestChange) error {
	_, known := m.tables[c.Id]
	switch c.Op {
	case pb.ManifestChange_CREATE:
		if known {
			return fmt.Errorf("adds table %d twice", c.Id)
		}
		if c.Level >= mostLevels {
			return fmt.Errorf("puts table %d on level %d", c.Id, c.Level)
		}
		m.tables[c.Id] = manifestTable{c.Level, c.KeyId, options.CompressionType(c.Compression)}
	case pb.ManifestChange_DELETE:
		if !known {
			m.unknown = append(m.unknown, c.Id)
		}
		delete(m.tables, c.Id)
	default:
		return fmt.Errorf("has the unknown operation %d", c.Op)
	}
	return nil
}
