package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sluice/internal/house"
)

const (
	tableBegin = "<!-- boundaries: made by make generate from .golangci.yml -->\n"
	tableEnd   = "<!-- end of boundaries -->\n"
)

// contributing is CONTRIBUTING.md with its table of boundaries brought up to date.
func contributing(root string) (string, error) {
	data, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		return "", err
	}
	before, rest, ok := strings.Cut(string(data), tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	if !ok || !closed {
		return "", fmt.Errorf("CONTRIBUTING.md has no place for the table of boundaries")
	}
	rows, err := house.Boundaries(root)
	if err != nil {
		return "", err
	}
	return before + tableBegin + boundaryTable(rows) + tableEnd + after, nil
}

func boundaryTable(rows []house.Row) string {
	var b strings.Builder
	b.WriteString("| row | packages | may import, beside the standard library |\n|---|---|---|\n")
	for _, r := range rows {
		var allowed []string
		for _, path := range r.Allow {
			switch path = strings.TrimPrefix(strings.TrimSuffix(path, "$"), "sluice/"); path {
			case "$gostd":
			case "sluice":
				allowed = append(allowed, "all of ours")
			default:
				allowed = append(allowed, path)
			}
		}
		text := strings.Join(allowed, ", ")
		if text == "" {
			text = "nothing"
		}
		var denied []string
		for _, d := range r.Deny {
			denied = append(denied, strings.TrimPrefix(d.Package, "sluice/"))
		}
		if denied != nil {
			text += "; not " + strings.Join(denied, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Name, strings.Join(r.Packages(), ", "), text)
	}
	return b.String()
}
