package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"

	"sluice/engine/core"
)

// enginePage shows the core's vocabulary and its two transition tables.
func enginePage(root string) (string, error) {
	var b strings.Builder
	b.WriteString(note(languages[0]))
	b.WriteString("# The engine's events, commands and transitions\n\n")
	b.WriteString("What these are for is in [architecture.md](../architecture.md). Kinds stand in journals and are never renamed.\n")
	for _, part := range []struct{ title, file, kind string }{
		{"Events", "event.go", "EventKind"}, {"Commands", "command.go", "CommandKind"},
	} {
		kinds, err := constants(filepath.Join(root, "engine", "core", part.file), part.kind)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n## %s\n\n| kind | |\n|---|---|\n", part.title)
		for _, k := range kinds {
			fmt.Fprintf(&b, "| `%s` | %s |\n", k.value, cell(k.comment))
		}
	}
	runs, activations := core.RunTable(), core.Table()
	b.WriteString("\n## Runs\n\n")
	diagram(&b, core.RunNew.String(), arrowsOfRuns(runs))
	b.WriteString("\n| from | event | to | |\n|---|---|---|---|\n")
	for _, r := range runs {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", r.From, r.On, names(r.To), cell(r.Why))
	}
	b.WriteString("\n## Activations\n\nAn activation is one node at work in one graph.\n\n")
	diagram(&b, core.PhasePending.String(), arrowsOfActivations(activations))
	b.WriteString("\n| from | cue | to | |\n|---|---|---|---|\n")
	for _, r := range activations {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.From, r.On, names(r.To), cell(r.Why))
	}
	return b.String(), nil
}

// constant is a declared kind and the comment beside it.
type constant struct{ value, comment string }

// constants reads the constants of a string type in a file, in order, with the comments that stand beside them.
func constants(file, kind string) ([]constant, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var found []constant
	for _, decl := range parsed.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.CONST {
			continue
		}
		for _, spec := range block.Specs {
			spec := spec.(*ast.ValueSpec)
			if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != kind {
				continue
			}
			literal, ok := spec.Values[0].(*ast.BasicLit)
			if !ok {
				return nil, fmt.Errorf("%s: %s is no literal", file, spec.Names[0].Name)
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				return nil, err
			}
			found = append(found, constant{text, strings.TrimSpace(spec.Comment.Text())})
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%s has no constants of type %s", file, kind)
	}
	return found, nil
}

func names[T fmt.Stringer](list []T) string {
	var parts []string
	for _, v := range list {
		parts = append(parts, v.String())
	}
	return strings.Join(parts, ", ")
}

// arrow is a way from one state to another, and what leads there.
type arrow struct{ from, to, by string }

// arrowsOfRuns leaves out what changes nothing.
func arrowsOfRuns(rows []core.RunRow) []arrow {
	var arrows []arrow
	for _, r := range rows {
		for _, to := range r.To {
			if to != r.From {
				arrows = append(arrows, arrow{r.From.String(), to.String(), string(r.On)})
			}
		}
	}
	return arrows
}

func arrowsOfActivations(rows []core.Row) []arrow {
	var arrows []arrow
	for _, r := range rows {
		for _, to := range r.To {
			if to != r.From {
				arrows = append(arrows, arrow{r.From.String(), to.String(), r.On.String()})
			}
		}
	}
	return arrows
}

// diagram draws arrows in Mermaid; those between the same two states are one.
func diagram(b *strings.Builder, start string, arrows []arrow) {
	fmt.Fprintf(b, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n", start)
	drawn := map[arrow]bool{}
	for _, a := range arrows {
		ends := arrow{from: a.from, to: a.to}
		if drawn[ends] {
			continue
		}
		drawn[ends] = true
		var by []string
		for _, other := range arrows {
			if other.from == a.from && other.to == a.to {
				by = append(by, other.by)
			}
		}
		fmt.Fprintf(b, "    %s --> %s: %s\n", a.from, a.to, strings.Join(by, ", "))
	}
	b.WriteString("```\n")
}
