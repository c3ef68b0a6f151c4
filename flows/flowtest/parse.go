package flowtest

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
)

// begins is when a test begins that does not say.
var begins = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Parse reads a file of tests: one test, or a list of them. The findings are those on the file as a whole, and there are
// no tests then; what is wrong with one test alone is said by its Run, so that the others run. The bytes must not change
// afterwards.
func Parse(src []byte) ([]*Test, []diag.Diagnostic) {
	tree, err := value.DecodeTree(src)
	if err != nil {
		return nil, []diag.Diagnostic{syntaxFinding(err)}
	}
	// The tree finds its lines when it is first asked, which must not happen in two runs at a time.
	tree.At("")
	whole := findings{tree: tree}
	for _, dup := range tree.Duplicates {
		key := dup.Pointer[strings.LastIndexByte(dup.Pointer, '/')+1:]
		whole.add("json.duplicate_key", dup.Pointer, map[string]string{"key": key})
	}
	var tests []*Test
	switch v := tree.Value.(type) {
	case core.Object:
		tests = []*Test{parseTest(tree, "", v)}
	case core.List:
		for i, item := range v {
			tests = append(tests, parseTest(tree, "/"+strconv.Itoa(i), item))
		}
		if len(v) == 0 {
			whole.add("test.empty", "", nil)
		}
	default:
		whole.add("flow.type", "", map[string]string{"want": "object/array", "got": jsonType(v)})
	}
	if len(whole.list) > 0 {
		return nil, whole.list
	}
	return tests, nil
}

func syntaxFinding(err error) diag.Diagnostic {
	problem := err.Error()
	var at *value.SyntaxError
	if errors.As(err, &at) {
		problem = at.Msg
	}
	d := diag.New("json.syntax", "", map[string]string{"problem": problem})
	if at != nil {
		d.Line, d.Column = at.Line, at.Column
	}
	return d
}

// reader turns a decoded test into a Test and notes what is wrong on the way.
type reader struct{ findings }

func parseTest(tree *value.Tree, pointer string, v core.Value) *Test {
	r := &reader{findings{tree: tree}}
	t := &Test{pointer: pointer, tree: tree, now: begins}
	o := r.object(pointer, v, "name", "trigger", "now", "effects", "expect")
	if o != nil {
		r.need(pointer, o, "name", "expect")
		if name, ok := o["name"]; ok {
			t.Name = r.name(pointer+"/name", name)
		}
		t.trigger = core.Object{}
		if trigger, ok := o["trigger"]; ok {
			t.trigger = r.anyObject(pointer+"/trigger", trigger)
		}
		if now, ok := o["now"]; ok {
			t.now = r.time(pointer+"/now", now)
		}
		if effects, ok := o["effects"]; ok {
			t.effects = r.effects(pointer+"/effects", effects)
		}
		if expect, ok := o["expect"]; ok {
			t.expect = r.expectation(pointer+"/expect", expect)
		}
	}
	diag.Sort(r.list)
	t.findings = r.list
	return t
}

// jsonType names the JSON type of a value for a finding.
func jsonType(v core.Value) string {
	switch kind := value.Kind(v); kind {
	case "list":
		return "array"
	default:
		return kind
	}
}

func (r *reader) wrongType(pointer, want string, got core.Value) {
	r.add("flow.type", pointer, map[string]string{"want": want, "got": jsonType(got)})
}

// anyObject reads an object with keys of its own choosing; nil, with a finding, where it is none.
func (r *reader) anyObject(pointer string, v core.Value) core.Object {
	o, ok := v.(core.Object)
	if !ok {
		r.wrongType(pointer, "object", v)
	}
	return o
}

// object reads an object that may have these keys only.
func (r *reader) object(pointer string, v core.Value, known ...string) core.Object {
	o := r.anyObject(pointer, v)
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(known, key) {
			r.add("flow.key.unknown", pointer+"/"+value.EscapePointer(key), map[string]string{"key": key, "nearest": diag.Nearest(key, known)})
		}
	}
	return o
}

func (r *reader) need(pointer string, o core.Object, keys ...string) {
	for _, key := range keys {
		if _, ok := o[key]; !ok {
			r.add("flow.key.missing", pointer, map[string]string{"key": key})
		}
	}
}

func (r *reader) items(pointer string, v core.Value) core.List {
	list, ok := v.(core.List)
	if !ok {
		r.wrongType(pointer, "array", v)
	}
	return list
}

func (r *reader) text(pointer string, v core.Value) string {
	s, ok := v.(string)
	if !ok {
		r.wrongType(pointer, "string", v)
	}
	return s
}

// name reads a string or an object of strings by language.
func (r *reader) name(pointer string, v core.Value) flows.Text {
	o, ok := v.(core.Object)
	if !ok {
		return flows.Text{"": r.text(pointer, v)}
	}
	name := flows.Text{}
	for _, lang := range slices.Sorted(maps.Keys(o)) {
		name[lang] = r.text(pointer+"/"+value.EscapePointer(lang), o[lang])
	}
	return name
}

func (r *reader) time(pointer string, v core.Value) time.Time {
	s := r.text(pointer, v)
	if _, ok := v.(string); !ok {
		return begins
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil || at.Year() < 1970 || at.Year() > 2200 {
		r.add("test.time", pointer, map[string]string{"value": s})
	}
	return at
}

func (r *reader) effects(pointer string, v core.Value) []effect {
	var effects []effect
	o := r.anyObject(pointer, v)
	for _, path := range slices.Sorted(maps.Keys(o)) {
		e := effect{path: path, pointer: pointer + "/" + value.EscapePointer(path)}
		for i, item := range r.items(e.pointer, o[path]) {
			e.outcomes = append(e.outcomes, r.outcome(e.pointer+"/"+strconv.Itoa(i), item))
		}
		effects = append(effects, e)
	}
	return effects
}

func (r *reader) outcome(pointer string, v core.Value) outcome {
	out := outcome{pointer: pointer}
	o := r.object(pointer, v, "output", "error", "event", "data", "timeout")
	if o == nil {
		return out
	}
	for _, kind := range []outcomeKind{gaveOutput, gaveError, cameEvent, cameNone} {
		if _, ok := o[string(kind)]; ok && out.kind == "" {
			out.kind = kind
		} else if ok {
			r.add("test.outcome.shape", pointer, nil)
			return out
		}
	}
	given := o[string(out.kind)]
	data, hasData := o["data"]
	switch out.kind {
	case gaveOutput:
		out.value = given
	case gaveError:
		out.failure = r.failure(pointer+"/error", given)
	case cameEvent:
		out.event, out.value = r.text(pointer+"/event", given), data
		hasData = false
	case cameNone:
		if given != true {
			r.wrongType(pointer+"/timeout", "true", given)
		}
	}
	if out.kind == "" || hasData {
		r.add("test.outcome.shape", pointer, nil)
	}
	return out
}

func (r *reader) failure(pointer string, v core.Value) *core.Failure {
	o := r.object(pointer, v, "code", "message", "status", "body", "details", "permanent", "unknown")
	f := &core.Failure{Body: o["body"], Details: o["details"]}
	if o == nil {
		return f
	}
	r.need(pointer, o, "code")
	for key, into := range map[string]*string{"code": &f.Code, "message": &f.Message} {
		if given, ok := o[key]; ok {
			*into = r.text(pointer+"/"+key, given)
		}
	}
	for key, into := range map[string]*bool{"permanent": &f.Permanent, "unknown": &f.Unknown} {
		if given, ok := o[key]; ok {
			if *into, ok = given.(bool); !ok {
				r.wrongType(pointer+"/"+key, "boolean", given)
			}
		}
	}
	if status, ok := o["status"]; ok {
		if f.Status, ok = status.(int); !ok {
			r.wrongType(pointer+"/status", "integer", status)
		}
	}
	return f
}

func (r *reader) expectation(pointer string, v core.Value) expectation {
	x := expectation{status: core.Succeeded}
	o := r.object(pointer, v, "status", "output", "path", "tasks", "error", "response")
	x.output, x.hasOutput = o["output"]
	if failure, ok := o["error"]; ok {
		x.status = core.Failed
		x.failure = r.object(pointer+"/error", failure, "code", "message", "node", "path", "attempt", "status", "body", "details")
	}
	if response, ok := o["response"]; ok {
		x.response = r.object(pointer+"/response", response, "status", "headers", "body")
	}
	if status, ok := o["status"]; ok {
		x.status = r.status(pointer+"/status", status)
	}
	if path, ok := o["path"]; ok {
		x.path = []string{}
		for i, id := range r.items(pointer+"/path", path) {
			x.path = append(x.path, r.text(pointer+"/path/"+strconv.Itoa(i), id))
		}
	}
	if tasks, ok := o["tasks"]; ok {
		by := r.anyObject(pointer+"/tasks", tasks)
		for _, path := range slices.Sorted(maps.Keys(by)) {
			x.tasks = append(x.tasks, expectedTasks{path, r.items(pointer+"/tasks/"+value.EscapePointer(path), by[path])})
		}
	}
	return x
}

func (r *reader) status(pointer string, v core.Value) core.Status {
	s := r.text(pointer, v)
	ends := []string{string(core.Succeeded), string(core.Failed), string(core.Cancelled)}
	if _, ok := v.(string); ok && !slices.Contains(ends, s) {
		r.add("flow.choice", pointer, map[string]string{"value": s, "choices": strings.Join(ends, ", "), "nearest": diag.Nearest(s, ends)})
	}
	return core.Status(s)
}
