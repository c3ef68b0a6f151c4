package mem_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/storage"
	"sluice/storage/mem"
	"sluice/storage/storagetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) storage.Store { return mem.New() })
}

func TestBackupIsUnsupported(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, mem.New().Backup(t.TempDir()), errors.ErrUnsupported)
}
