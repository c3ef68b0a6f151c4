package flows

import (
	"fmt"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/nodes"
)

// maxListed bounds the places that a json.schema failure lists.
const maxListed = 20

// check compiles a JSON Schema of a document to a check of values.
func (c *compiler) check(pointer string, v core.Value) nodes.Check {
	s, problems := compileSchema(v)
	for _, p := range problems {
		c.add("flow.schema.invalid", pointer+p.pointer, map[string]string{"problem": p.text})
	}
	if s == nil {
		return func(core.Value) *core.Failure { return nil }
	}
	return s.check
}

// check holds a value to the schema. Details list what does not fit: pointer, code and message of each place.
func (s *schema) check(v core.Value) *core.Failure {
	plain, err := value.Normalize(v)
	if err != nil {
		return &core.Failure{Code: "json.schema", Message: "the value is not JSON: " + err.Error(), Permanent: true}
	}
	list := s.describe(plain, func(string, core.Value) bool { return false })
	if len(list) == 0 {
		return nil
	}
	details := make(core.List, 0, min(len(list), maxListed))
	for _, f := range list[:min(len(list), maxListed)] {
		details = append(details, core.Object{
			"pointer": f.pointer, "code": f.code, "message": diag.Render(f.code, diag.English, f.params),
		})
	}
	first := list[0]
	at := first.pointer
	if at == "" {
		at = "the value"
	}
	message := fmt.Sprintf("%s: %s", at, diag.Render(first.code, diag.English, first.params))
	if more := len(list) - 1; more > 0 {
		message += fmt.Sprintf(" (and %d more)", more)
	}
	return &core.Failure{Code: "json.schema", Message: message, Details: details, Permanent: true}
}

// parseSchema reads the schema of a node type or trigger; nil where it is broken.
func parseSchema(text []byte) *schema {
	if len(text) == 0 {
		text = []byte(`{"type":"object","additionalProperties":false}`)
	}
	root, err := value.Decode(text)
	if err != nil {
		return nil
	}
	s, _ := compileSchema(root)
	return s
}
