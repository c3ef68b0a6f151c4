package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"sluice/connect"
	"sluice/flows/diag"
)

// cmdValidate prints a line a finding, FILE:POINTER: CODE: MESSAGE.
func cmdValidate(_ context.Context, c *console, args []string) error {
	flags := flag.NewFlagSet("validate", flag.ContinueOnError)
	connections := flags.String("connections", "", "")
	files, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return wrongUsage("which file?")
	}
	w := &workspace{kinds: map[string]string{}}
	if w.connections, err = w.connect(c, *connections, nil); err != nil {
		return err
	}
	defer func() { _ = w.connections.Close() }()
	if w.registry, err = registry(connect.NewSet(connect.Options{}), nil); err != nil {
		return err
	}
	failed := false
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		flow, findings := w.check(file, source, neighbours(file))
		printFindings(c, c.out, file, findings)
		failed = failed || flow == nil
		if len(findings) == 0 && c.terminal {
			c.say(textNoFindings, file)
		}
	}
	if failed {
		return exitCode(1)
	}
	return nil
}

// printFindings prints a line a finding. A span narrows the pointer: FILE:POINTER[FROM:TO].
func printFindings(c *console, out io.Writer, file string, findings []diag.Diagnostic) {
	for _, d := range findings {
		place := d.Pointer
		if d.Span != nil {
			place += fmt.Sprintf("[%d:%d]", d.Span[0], d.Span[1])
		}
		fmt.Fprintf(out, "%s:%s: %s: %s\n", file, place, d.Code, d.In(c.lang))
	}
}
