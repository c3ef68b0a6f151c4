package bolt

import (
	"bytes"
	"errors"

	"go.etcd.io/bbolt"

	"sluice/storage"
)

// View implements storage.Meta.
func (s *Store) View(read func(storage.Reader) error) error {
	if err := s.usable(); err != nil {
		return err
	}
	var tx *bbolt.Tx
	err := s.meta.guard(func() (err error) {
		tx, err = s.meta.db.Begin(false)
		return err
	})
	if err != nil {
		return s.meta.failure(err)
	}
	defer rollback(tx)
	r := &metaTx{file: s.meta, tx: tx}
	return errors.Join(read(r), r.problem)
}

// Update implements storage.Meta.
func (s *Store) Update(write func(storage.Writer) error) error {
	if err := s.usable(); err != nil {
		return err
	}
	if err := s.hook("meta:before"); err != nil {
		return err
	}
	tx, err := s.meta.begin()
	if err != nil {
		return err
	}
	w := &metaTx{file: s.meta, tx: tx, writable: true}
	written := false
	defer func() {
		if !written { // write failed or panicked
			_ = s.meta.abort(tx)
		}
	}()
	if err := errors.Join(write(w), w.problem); err != nil {
		return err
	}
	if w.puts == 0 {
		return nil
	}
	if err := s.meta.reserve(tx.Size() + int64(2*w.bytes+w.puts*pageSize+16*pageSize)); err != nil {
		return err
	}
	written = true
	if err := s.meta.commit(tx); err != nil {
		return s.fail(err)
	}
	return s.hook("meta:after")
}

// metaTx implements storage.Reader and storage.Writer. It guards each step by itself, since what runs between them is
// the caller's.
type metaTx struct {
	file     *file
	tx       *bbolt.Tx
	writable bool
	puts     int
	bytes    int
	// problem is what Get could not return; it fails the transaction.
	problem error
}

// Get implements storage.Reader.
func (m *metaTx) Get(b storage.Bucket, key []byte) (value []byte) {
	err := m.file.guard(func() error {
		if bucket := m.tx.Bucket([]byte(b)); bucket != nil {
			value = bucket.Get(key)
		}
		return nil
	})
	m.problem = errors.Join(m.problem, err)
	return value
}

// Scan implements storage.Reader.
func (m *metaTx) Scan(b storage.Bucket, prefix []byte, yield func(key, value []byte) bool) error {
	var cursor *bbolt.Cursor
	var key, value []byte
	step := func(next func() ([]byte, []byte)) error {
		return m.file.guard(func() error {
			key, value = next()
			return nil
		})
	}
	err := m.file.guard(func() error {
		if bucket := m.tx.Bucket([]byte(b)); bucket != nil {
			cursor = bucket.Cursor()
		}
		return nil
	})
	if err != nil || cursor == nil {
		return err
	}
	err = step(func() ([]byte, []byte) { return cursor.Seek(prefix) })
	for err == nil && key != nil && bytes.HasPrefix(key, prefix) {
		current := key
		if m.writable {
			current = bytes.Clone(key)
		}
		if !yield(key, value) {
			return nil
		}
		err = step(func() ([]byte, []byte) {
			// A write moves the cursor's ground, so that it has to find its place again.
			if m.writable {
				if key, value := cursor.Seek(current); !bytes.Equal(key, current) {
					return key, value
				}
			}
			return cursor.Next()
		})
	}
	return err
}

// Put implements storage.Writer.
func (m *metaTx) Put(b storage.Bucket, key, value []byte) error {
	m.puts++
	m.bytes += len(key) + len(value)
	return m.file.failure(m.file.guard(func() error {
		bucket, err := m.tx.CreateBucketIfNotExists([]byte(b))
		if err != nil {
			return err
		}
		return bucket.Put(key, bytes.Clone(value)) // bbolt keeps the value until the commit
	}))
}

// Delete implements storage.Writer.
func (m *metaTx) Delete(b storage.Bucket, key []byte) error {
	m.puts++
	return m.file.failure(m.file.guard(func() error {
		if bucket := m.tx.Bucket([]byte(b)); bucket != nil {
			return bucket.Delete(key)
		}
		return nil
	}))
}
