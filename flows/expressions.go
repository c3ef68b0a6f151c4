package flows

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/flows/expr"
	"sluice/nodes"
)

// nothing stands in for an expression with problems; it is never evaluated.
func nothing(core.Scope) (core.Value, *core.Failure) { return nil, nil }

// expression compiles a bare expression.
func (c *compiler) expression(pointer, text string, at place) core.Expr {
	p, problems := expr.Compile(text, c.env(at, text))
	return c.program(pointer, text, p, problems)
}

// value compiles a value with templates in it.
func (c *compiler) value(pointer string, v core.Value, at place) core.Expr {
	p, problems := expr.CompileValue(v, c.env(at, v), "")
	return c.program(pointer, v, p, problems)
}

func (c *compiler) program(pointer string, source core.Value, p *expr.Program, problems []expr.Problem) core.Expr {
	if len(problems) > 0 {
		c.problems(pointer, problems)
		return nothing
	}
	c.note(pointer, source, p.Roots(), p.Tables())
	if v, ok := p.Constant(); ok {
		return constant(v)
	}
	return p.Eval
}

func (c *compiler) problems(pointer string, problems []expr.Problem) {
	for _, p := range problems {
		if d := c.add(p.Code, pointer+p.Pointer, p.Params); d != nil && p.To > p.From {
			d.Span = &[2]int{p.From, p.To}
		}
	}
}

// note keeps what a program reads and the plan must hold.
func (c *compiler) note(pointer string, source core.Value, roots expr.Roots, tables []string) {
	if roots&expr.RootFlow != 0 {
		c.version = true
	}
	for _, name := range tables {
		c.tablesRead[name] = true
	}
	c.missingTables(pointer, source, tables)
	c.allTables = c.allTables || readsComputedTable(source)
}

var (
	tableMention = regexp.MustCompile(`\btables\b|\blookup\s*\(`)
	tableByName  = regexp.MustCompile(`\btables\s*(\?\.|\.)\s*[A-Za-z_]\w*|\btables\s*(\?\.)?\[\s*("[^"\\]*"|'[^'\\]*')\s*\]|\blookup\s*\(\s*("[^"\\]*"|'[^'\\]*')\s*,`)
)

// readsComputedTable reports whether a text within v may read a table whose name is known only in a run, so that the
// plan must hold all tables.
func readsComputedTable(v core.Value) bool {
	return anyText(v, func(text string) bool {
		return len(tableMention.FindAllStringIndex(text, -1)) > len(tableByName.FindAllStringIndex(text, -1))
	})
}

// path compiles a gjson path.
func (c *compiler) path(pointer, text string) nodes.Path {
	p, problems := expr.NewPath(text)
	if len(problems) > 0 {
		c.problems(pointer, problems)
		return func(core.Value) (core.Value, bool, *core.Failure) { return nil, false, nil }
	}
	return p.Get
}

// cell compiles a cell of a rules table.
func (c *compiler) cell(pointer, text string, at place) nodes.Cell {
	cell, problems := expr.CompileCell(text, c.env(at, text))
	if len(problems) > 0 {
		c.problems(pointer, problems)
		return func(core.Scope, core.Value) (bool, *core.Failure) { return false, nil }
	}
	c.note(pointer, text, cell.Roots(), cell.Tables())
	return cell.Holds
}

// missingTables warns of tables that expressions read by name and that do not exist, where tables are known.
func (c *compiler) missingTables(pointer string, source core.Value, names []string) {
	if c.options.Tables == nil {
		return
	}
	for _, name := range names {
		if _, ok := c.options.Tables[name]; !ok {
			c.add("flow.table.unknown", pointer+mentionOf(source, name), map[string]string{
				"name": name, "nearest": diag.Nearest(name, slices.Sorted(maps.Keys(c.options.Tables))),
			})
		}
	}
}

// mentionOf is the pointer of the first text within v that has the name in it.
func mentionOf(v core.Value, name string) string {
	switch v := v.(type) {
	case core.List:
		for i, item := range v {
			if mentions(item, name) {
				return "/" + strconv.Itoa(i) + mentionOf(item, name)
			}
		}
	case core.Object:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if mentions(v[key], name) {
				return "/" + value.EscapePointer(key) + mentionOf(v[key], name)
			}
		}
	}
	return ""
}
