// Command sluice runs flows: see `sluice help`.
//
// The package is the wiring: flags, signals, and which part is given to which. What a command does is in the parts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	// Zones are compiled in: a flow means the same on a machine without zone files.
	_ "time/tzdata"

	"golang.org/x/term"

	"sluice/engine"
	"sluice/storage"
	"sluice/storage/bolt"
)

// console is where a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
	// terminal: err is one, so that progress may be drawn.
	terminal bool
	lang     language
	env      func(string) (string, bool)
	// interrupts delivers Ctrl-C.
	interrupts <-chan os.Signal
}

// say prints a line for people.
func (c *console) say(t text, args ...any) { fmt.Fprintf(c.err, t.in(c.lang)+"\n", args...) }

// inTurn is a writer that many may write to at once: progress comes from the executors, everything else from the command.
type inTurn struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (t *inTurn) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(b)
}

// exitCode ends the program with a status when it is returned as an error.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// command is one of the program's commands.
type command struct {
	name  string
	usage string
	help  text
	run   func(context.Context, *console, []string) error
}

func commands() []command {
	return []command{
		{"run", "FILE [--input JSON|@FILE|-] [--connections FILE] [--data DIR] [--break NODE]... [--step] " + usageEgress, helpRun, cmdRun},
		{"serve", "[--data DIR] [--listen HOST:PORT] [--retention 720h] " + usageEgress, helpServe, cmdServe},
		{"demo", "[--listen HOST:PORT] [--speed N] [--data DIR] " + usageEgress, helpDemo, cmdDemo},
		{"backup", "DEST [--data DIR]", helpBackup, cmdBackup},
		{"runs", "list DIR | show DIR RUN | resume DIR | step DIR RUN [--connections FILE] " + usageEgress, helpRuns, cmdRuns},
		{"validate", "FILE... [--connections FILE]", helpValidate, cmdValidate},
		{"test", "[FILE|DIR]... [--run PATTERN]", helpTest, cmdTest},
		{"nodes", "list | show TYPE", helpNodes, cmdNodes},
	}
}

func main() {
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	c := &console{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, interrupts: interrupts,
		terminal: term.IsTerminal(int(os.Stderr.Fd())), lang: languageOf(os.LookupEnv),
	}
	os.Exit(sluice(c, os.Args[1:]))
}

// sluice runs a command line and returns the exit status: 0, 1 where the work failed, 2 where the command line is wrong.
func sluice(c *console, args []string) int {
	c.err = &inTurn{w: c.err}
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printHelp(c)
		return 0
	}
	for _, cmd := range commands() {
		if cmd.name != args[0] {
			continue
		}
		err := cmd.run(context.Background(), c, args[1:])
		var code exitCode
		var wrong *usageError
		switch {
		case err == nil:
			return 0
		case errors.As(err, &code):
			return int(code)
		case errors.As(err, &wrong):
			fmt.Fprintln(c.err, "sluice:", err)
			fmt.Fprintln(c.err, "sluice", cmd.name, cmd.usage)
			return 2
		default:
			fmt.Fprintln(c.err, "sluice:", explain(c, err))
			return 1
		}
	}
	c.say(textUnknownCommand, args[0])
	return 2
}

// explain is what an error says to the person at the terminal, with what to do about it where that is known.
func explain(c *console, err error) string {
	for _, known := range []struct {
		err  error
		text text
	}{{engine.ErrTooLarge, textTooLarge}, {bolt.ErrInUse, textInUse}, {engine.ErrUnavailable, textDiskFull}, {storage.ErrFull, textDiskFull}} {
		if errors.Is(err, known.err) {
			return fmt.Sprintf(known.text.in(c.lang), err)
		}
	}
	return err.Error()
}

func printHelp(c *console) {
	c.say(textHelp)
	for _, cmd := range commands() {
		fmt.Fprintf(c.err, "  sluice %s %s\n        %s\n", cmd.name, cmd.usage, cmd.help.in(c.lang))
	}
}
