package library

import (
	"bytes"

	"sluice/storage"
)

// Values are the per-flow values of state.get and state.set, which outlive runs. It is safe for concurrent use.
type Values struct{ Meta storage.Meta }

func valueKey(flow, key string) []byte { return []byte(flow + "\x00" + key) }

// Get is a copy of a value's bytes, nil when there is none.
func (v Values) Get(flow, key string) ([]byte, error) {
	var value []byte
	err := v.Meta.View(func(r storage.Reader) error {
		value = bytes.Clone(r.Get(storage.Values, valueKey(flow, key)))
		return nil
	})
	return value, err
}

// Set keeps a value, durably; nil forgets it.
func (v Values) Set(flow, key string, value []byte) error {
	return v.Meta.Update(func(w storage.Writer) error {
		if value == nil {
			return w.Delete(storage.Values, valueKey(flow, key))
		}
		return w.Put(storage.Values, valueKey(flow, key), value)
	})
}
