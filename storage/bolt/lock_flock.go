//go:build unix && !solaris && !aix

package bolt

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"
)

// lock takes a directory for this process, before anything in it is looked at. The system lets go of it when the process
// ends, however it ends. The file stays behind; its text is the process id of the holder.
func lock(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(lockTimeout)
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(deadline) {
			break
		}
		time.Sleep(lockRetry)
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder := make([]byte, 20)
		n, _ := f.ReadAt(holder, 0)
		return nil, errors.Join(fmt.Errorf("%w (id %s): %s is locked", ErrInUse, holder[:n], path), f.Close())
	}
	if err == nil {
		// A full disk must not keep the storage closed: the text only helps whoever finds it locked.
		_ = f.Truncate(0)
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
		return f, nil
	}
	return nil, errors.Join(err, f.Close())
}
