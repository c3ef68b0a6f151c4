package flows

import (
	"slices"
	"strconv"

	"sluice/engine/value"
	"sluice/flows/diag"
)

// findings collects what is said about a document.
type findings struct {
	tree *value.Tree
	list []diag.Diagnostic
	// node is the id of the node being looked at.
	node string
	// errors and warnings are counted apart, so that warnings never push out an error.
	errors, warnings int
}

func (f *findings) clone() findings {
	return findings{tree: f.tree, list: slices.Clone(f.list), errors: f.errors, warnings: f.warnings}
}

// add notes a finding on the value at pointer and returns it for more detail; nil beyond the limit.
func (f *findings) add(code, pointer string, params map[string]string) *diag.Diagnostic {
	return f.put(code, pointer, params, false)
}

// addKey notes a finding on a key itself: line and column are the key's.
func (f *findings) addKey(code, pointer string, params map[string]string) {
	f.put(code, pointer, params, true)
}

func (f *findings) put(code, pointer string, params map[string]string, atKey bool) *diag.Diagnostic {
	d := diag.New(code, pointer, params)
	if f.count(d) > MaxFindings {
		return nil
	}
	d.Node = f.node
	d.Line, d.Column = f.place(pointer, atKey)
	f.list = append(f.list, d)
	return &f.list[len(f.list)-1]
}

// count counts a finding among those of its severity.
func (f *findings) count(d diag.Diagnostic) int {
	if d.Severity == diag.Warning {
		f.warnings++
		return f.warnings
	}
	f.errors++
	return f.errors
}

// place finds the line and column of a pointer; where the document has no value there, of the nearest around it.
func (f *findings) place(pointer string, atKey bool) (line, column int) {
	if f.tree == nil {
		return 0, 0
	}
	for {
		if v, key, ok := f.tree.At(pointer); ok {
			if atKey {
				v = key
			}
			return v.Line, v.Column
		}
		cut := len(pointer) - 1
		for cut >= 0 && pointer[cut] != '/' {
			cut--
		}
		if cut < 0 {
			return 0, 0
		}
		pointer, atKey = pointer[:cut], false
	}
}

// sorted gives all findings in document order.
func (f *findings) sorted() []diag.Diagnostic {
	list := slices.Clone(f.list)
	diag.Sort(list)
	if max(f.errors, f.warnings) > MaxFindings {
		list = append(list, diag.New("flow.limit.findings", "", map[string]string{"limit": strconv.Itoa(MaxFindings)}))
	}
	return list
}
