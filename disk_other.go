//go:build !linux

package main

import (
	"errors"

	"sluice/server"
)

// diskStats is known on Linux only.
func diskStats(string) (server.DiskStats, error) { return server.DiskStats{}, errors.ErrUnsupported }
