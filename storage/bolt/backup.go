package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Backup implements storage.Store. The copy is the storage at one instant between two commits: the transactions that
// read are all opened while no commit can happen, meta.db's last, and then copied while writing goes on. So each run is
// whole, and whatever was in meta.db when a commit began is there with it. A copy that was cut short has a name that
// ends in .partial.
func (s *Store) Backup(dir string) (err error) {
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(fmt.Errorf("bolt: backup: %s is there already", dir), err)
	}
	snapshots, release, err := s.snapshot()
	if err != nil {
		return err
	}
	defer release()
	partial := dir + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	if err := os.MkdirAll(partial, 0o700); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(partial))
		}
	}()
	for _, snap := range snapshots {
		if err := snap.copyTo(filepath.Join(partial, filepath.Base(snap.file.path))); err != nil {
			return err
		}
	}
	if err := syncDir(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, dir); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// A snapshot is a file as it was when the transaction was opened.
type snapshot struct {
	file *file
	tx   *bbolt.Tx
}

func (s *Store) snapshot() (snapshots []snapshot, release func(), err error) {
	s.committing.Lock()
	defer s.committing.Unlock()
	held, drop, err := s.hold()
	if err != nil {
		return nil, nil, err
	}
	release = func() {
		for _, snap := range snapshots {
			rollback(snap.tx)
		}
		drop()
	}
	files := make([]*file, 0, len(held)+1)
	for _, h := range held {
		files = append(files, h.file)
	}
	for _, f := range append(files, s.meta) {
		err := f.guard(func() error {
			tx, err := f.db.Begin(false)
			if err == nil {
				snapshots = append(snapshots, snapshot{f, tx})
			}
			return f.failure(err)
		})
		if err != nil {
			release()
			return nil, nil, err
		}
	}
	return snapshots, release, nil
}

func (s snapshot) copyTo(path string) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return s.file.failure(err)
	}
	err = s.file.guard(func() error {
		_, err := s.tx.WriteTo(out)
		return err
	})
	return s.file.failure(errors.Join(err, out.Sync(), out.Close()))
}
