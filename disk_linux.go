package main

import (
	"os"
	"path/filepath"
	"syscall"

	"sluice/server"
)

// diskStats looks at the file system that a folder lies on, and at what the folder takes of it.
func diskStats(dir string) (server.DiskStats, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return server.DiskStats{}, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return server.DiskStats{}, err
	}
	stats := server.DiskStats{Free: fs.Bavail * uint64(fs.Bsize), Total: fs.Blocks * uint64(fs.Bsize)}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			stats.Used += uint64(info.Size())
		}
	}
	return stats, nil
}
