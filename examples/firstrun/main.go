// Command firstrun shows a whole run from nothing: a simulated shop, an order database in which an order lags behind, and
// the shipped flow that sets it right, by the commands that anybody could type. It leaves nothing behind.
//
//	go run ./examples/firstrun
//
// It knows the program by its command line only; the shop and the database are looked into directly, to show what the
// run did to them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := show(ctx, os.Stdout, chinese(os.LookupEnv)); err != nil {
		fmt.Fprintln(os.Stderr, "firstrun:", err)
		stop()
		os.Exit(1)
	}
}

// flowFile is the flow that is shown, below the root of the source.
const flowFile = "flows/prebuilt/status-arbitration/flow.json"

// show tells the story, from an empty folder to an empty folder.
func show(ctx context.Context, out io.Writer, zh bool) (err error) {
	s := teller{out, zh}
	root, err := sourceRoot(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sluice-firstrun-")
	if err != nil {
		return err
	}
	defer func() {
		if removing := os.RemoveAll(dir); err == nil {
			err = removing
		}
	}()

	s.say(textBuild)
	program := filepath.Join(dir, "sluice")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output)
	}

	s.say(textWorld)
	w, err := newWorld(ctx, dir)
	if err != nil {
		return err
	}
	defer w.close()
	s.say(textAddresses, w.shop.URL, w.database, w.connectionsFile)
	s.say(textBefore, w.order.ID, w.order.LogisticsNo)
	if err := s.row(ctx, w); err != nil {
		return err
	}

	s.say(textFirst)
	if err := s.run(ctx, w, root, program); err != nil {
		return err
	}
	s.say(textAfter)
	if err := s.row(ctx, w); err != nil {
		return err
	}
	s.left(w)

	s.say(textSecond)
	if err := s.run(ctx, w, root, program); err != nil {
		return err
	}
	s.say(textEnd)
	return nil
}

// run runs the flow as a person would, and shows the command and all that it prints.
func (s teller) run(ctx context.Context, w *world, root, program string) error {
	input := fmt.Sprintf(`{"order_id": %q}`, w.order.ID)
	fmt.Fprintf(s.out, "\n  $ bin/sluice run %s \\\n        --input '%s' \\\n        --connections %s\n\n", flowFile, input, w.connectionsFile)
	var stdout, stderr strings.Builder
	command := exec.CommandContext(ctx, program, "run", flowFile, "--input", input, "--connections", w.connectionsFile)
	command.Dir, command.Stdout, command.Stderr = root, &stdout, &stderr
	err := command.Run()
	s.indented(stderr.String())
	if err != nil {
		return fmt.Errorf("sluice run: %w", err)
	}
	s.say(textOutput)
	s.indented(stdout.String())
	return nil
}

// sourceRoot is the folder of this module.
func sourceRoot(ctx context.Context) (string, error) {
	found, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "sluice").Output()
	if err != nil {
		return "", fmt.Errorf("run this within Sluice's source: go list -m sluice: %w", err)
	}
	return strings.TrimSpace(string(found)), nil
}
