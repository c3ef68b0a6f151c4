package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-listen", "127.0.0.1:0", "-orders", "600"}, write) }()
	line, err := bufio.NewReader(read).ReadString('\n')
	require.NoError(t, err)
	response, err := http.Get(regexp.MustCompile(`http://[0-9.:]+`).FindString(line) + "/_shop/")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 200, response.StatusCode)
	interrupt()
	require.NoError(t, <-ended)
}

func TestRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-nonsense"}, {"-speed", "-1"}, {"-broken", "2"}, {"-listen", "nowhere:-1"}} {
		require.Error(t, run(t.Context(), args, io.Discard), args)
	}
	require.NoError(t, run(t.Context(), []string{"-h"}, io.Discard))
}
