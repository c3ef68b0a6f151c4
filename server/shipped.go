package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// shippedMark begins the keys, in the bucket of tables, that say which content of a table was shipped last. No table's id
// begins so.
const shippedMark = "#shipped/"

// ship brings the tables that come with the program into storage, and lists those that are new or other than before. One
// that somebody has changed or deleted since it was shipped stays as it is, whatever the program brings.
func (t *tables) ship(shipped map[string][]byte) (changed []string, err error) {
	brought := map[string]core.Value{}
	for id, text := range shipped {
		v, err := value.Decode(text)
		if _, ok := v.(core.Object); err != nil || !ok || !tableID.MatchString(id) {
			return nil, fmt.Errorf("the shipped table %s is no table: %w", id, err)
		}
		brought[id] = v
	}
	err = t.meta.Update(func(w storage.Writer) error {
		changed = nil
		for _, id := range slices.Sorted(maps.Keys(brought)) {
			text, err := value.Encode(brought[id])
			if err != nil {
				return err
			}
			mark, has := []byte(shippedMark+id), w.Get(storage.Tables, []byte(id))
			last := string(w.Get(storage.Tables, mark))
			// Shipped for the first time where nothing of that name is there; again where it is still what was shipped.
			fresh, own := last == "" && has == nil, has != nil && contentHash(has) == last
			if !fresh && !own || contentHash(text) == last {
				continue
			}
			if err := w.Put(storage.Tables, []byte(id), text); err != nil {
				return err
			}
			if err := w.Put(storage.Tables, mark, []byte(contentHash(text))); err != nil {
				return err
			}
			changed = append(changed, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.change(func(by map[string]core.Value) {
		for _, id := range changed {
			by[id] = brought[id]
		}
	})
	return changed, nil
}

// contentHash tells contents apart. What the storage holds was written by one encoder, so that equal tables have equal
// bytes.
func contentHash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// isMark reports whether a key of the bucket is none of a table.
func isMark(key []byte) bool { return strings.HasPrefix(string(key), shippedMark) }
