package expr

import (
	"maps"
	"slices"
)

// Signature describes a function for docs and editors.
type Signature struct {
	Name   string      `json:"name"`
	Params []Parameter `json:"params"`
	// Result is the kinds it gives, as in "number" or "string or null", or "any".
	Result string `json:"result"`
	// EN and ZH say in a line what it does.
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// Parameter describes a parameter.
type Parameter struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// Optional ones may be left out from the end, or be nil.
	Optional bool `json:"optional,omitempty"`
	// Variadic: any number of such arguments.
	Variadic bool `json:"variadic,omitempty"`
	// Predicate: an expression evaluated for each item, which is # in it.
	Predicate bool `json:"predicate,omitempty"`
}

// Signatures lists the functions of the language, sorted by name.
func Signatures() []Signature {
	list := make([]Signature, 0, len(functions))
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		f := functions[name]
		s := Signature{Name: name, Params: make([]Parameter, len(f.params)), Result: f.result.String(), EN: f.en, ZH: f.zh}
		for i, p := range f.params {
			s.Params[i] = Parameter{Name: p.name, Type: p.kinds.String(), Optional: p.optional, Variadic: p.variadic, Predicate: p.predicate}
		}
		list = append(list, s)
	}
	return list
}
