package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"sluice/connect/egress"
)

// usageError is a command line that makes no sense.
type usageError struct{ reason string }

func (e *usageError) Error() string { return e.reason }

func wrongUsage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// parse reads flags wherever they stand, and returns what is none.
func parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	flags.SetOutput(io.Discard)
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, wrongUsage("%s", flags.Name())
			}
			return nil, wrongUsage("%v", err)
		}
		if flags.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// usageEgress is how egressFlags stand in a command's usage.
const usageEgress = "[--egress-allow LIST] [--egress-deny LIST]"

// egressFlags reads --egress-allow and --egress-deny: lists of addresses, ranges and names, each flag as often as one likes.
// The result is for after the flags were parsed.
func egressFlags(flags *flag.FlagSet) func() (*egress.Policy, error) {
	var allow, deny []string
	for name, list := range map[string]*[]string{"egress-allow": &allow, "egress-deny": &deny} {
		flags.Func(name, "", func(text string) error {
			*list = append(*list, strings.Split(text, ",")...)
			return nil
		})
	}
	return func() (*egress.Policy, error) {
		policy, err := egress.Parse(allow, deny)
		if err != nil {
			return nil, wrongUsage("--egress-allow, --egress-deny: %v", err)
		}
		return policy, nil
	}
}
