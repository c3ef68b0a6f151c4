package connect

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"sluice/connect/secret"
	"sluice/engine/core"
	"sluice/engine/value"
)

// File is a file of connections, as the command line reads it.
type File struct{ Connections []Definition }

// Finding is one thing wrong with a document. It never shows a secret.
type Finding struct {
	// Code is dotted and stable.
	Code string `json:"code"`
	// Path is a JSON Pointer into the document; of something missing, to where it should stand.
	Path    string `json:"path"`
	Message string `json:"message"`

	offset int
}

// Env looks up an environment variable, as os.LookupEnv does.
type Env func(name string) (string, bool)

const idPattern = "^[a-z][a-z0-9_-]{0,63}$"

var validID = regexp.MustCompile(idPattern)

// ParseFile reads {"connections": [...]}. It reports everything that is wrong, in the order of the document; the file
// is usable only without findings.
func ParseFile(data []byte, env Env) (File, []Finding) {
	c, ok := newChecker(data, env)
	if !ok {
		return File{}, c.findings
	}
	root, ok := c.object("", c.tree.Value)
	if !ok {
		return File{}, c.sorted()
	}
	c.known("", root, "connections")
	list, ok := root["connections"].(core.List)
	if !ok {
		c.report("connection.required", "/connections", "a file of connections has a list under connections")
		return File{}, c.sorted()
	}
	var file File
	first := map[string]string{}
	for i, item := range list {
		pointer := "/connections/" + strconv.Itoa(i)
		d, ok := c.definition(pointer, item)
		if !ok {
			continue
		}
		if at, twice := first[d.ID]; twice {
			c.report("connection.duplicate_id", pointer+"/id", "the id %s is taken by %s", d.ID, at)
		} else {
			first[d.ID] = pointer
		}
		file.Connections = append(file.Connections, d)
	}
	if len(c.findings) > 0 {
		return File{}, c.sorted()
	}
	return file, nil
}

// ParseDefinition reads one connection. Without env, secrets must be given as they are.
func ParseDefinition(data []byte, env Env) (Definition, []Finding) {
	c, ok := newChecker(data, env)
	if !ok {
		return Definition{}, c.findings
	}
	d, _ := c.definition("", c.tree.Value)
	if len(c.findings) > 0 {
		return Definition{}, c.sorted()
	}
	return d, nil
}

// checker collects findings about one document.
type checker struct {
	tree     *value.Tree
	env      Env
	types    []Type
	findings []Finding
}

func newChecker(data []byte, env Env) (*checker, bool) {
	c := &checker{env: env, types: Types()}
	tree, err := value.DecodeTree(data)
	if err != nil {
		c.findings = []Finding{{Code: "connection.json", Message: "not JSON: " + err.Error()}}
		return c, false
	}
	c.tree = tree
	for _, twice := range tree.Duplicates {
		c.report("connection.duplicate_key", twice.Pointer, "the key stands here and in line %d already", twice.First.Line)
	}
	return c, true
}

// report notes a finding. Its place in the document is that of the nearest thing on its path that is there.
func (c *checker) report(code, pointer, format string, args ...any) {
	f := Finding{Code: code, Path: pointer, Message: fmt.Sprintf(format, args...)}
	for at := pointer; ; at = parent(at) {
		if _, key, ok := c.tree.At(at); ok {
			f.offset = key.Offset
			break
		}
		if at == "" {
			break
		}
	}
	c.findings = append(c.findings, f)
}

func (c *checker) sorted() []Finding {
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return a.offset - b.offset })
	return c.findings
}

func parent(pointer string) string {
	for i := len(pointer) - 1; i >= 0; i-- {
		if pointer[i] == '/' {
			return pointer[:i]
		}
	}
	return ""
}

// definition checks one connection. The second result is false when there is too little of it to go on with.
func (c *checker) definition(pointer string, v core.Value) (Definition, bool) {
	object, ok := c.object(pointer, v)
	if !ok {
		return Definition{}, false
	}
	c.known(pointer, object, "id", "type", "config", "secrets", "limits")
	before := len(c.findings)
	var d Definition
	d.ID, _ = object["id"].(string)
	if !validID.MatchString(d.ID) {
		c.report("connection.bad_id", pointer+"/id", "an id begins with a letter and has up to 64 of a-z, 0-9, _ and -")
	}
	kind := c.kind(pointer, object["type"])
	if kind == nil {
		return d, true
	}
	d.Type = kind.Name
	d.Config = core.Object{}
	if given, ok := object["config"]; ok {
		if d.Config, ok = c.object(pointer+"/config", given); !ok {
			return d, true
		}
	}
	c.fields(pointer+"/config", d.Config, kind.Config)
	d.Secrets = c.secrets(pointer+"/secrets", object["secrets"], kind, d.Config)
	if given, ok := object["limits"]; ok {
		if d.Limits, ok = c.object(pointer+"/limits", given); ok {
			c.fields(pointer+"/limits", d.Limits, Limits())
		}
	}
	if len(c.findings) == before {
		c.tryOpen(pointer, kind, &d)
	}
	return d, true
}

func (c *checker) kind(pointer string, v core.Value) *Type {
	name, _ := v.(string)
	names := make([]string, len(c.types))
	for i := range c.types {
		if c.types[i].Name == name {
			return &c.types[i]
		}
		names[i] = c.types[i].Name
	}
	if v == nil {
		c.report("connection.required", pointer+"/type", "a connection has a type")
		return nil
	}
	c.report("connection.unknown_type", pointer+"/type", "there is no connection type %v%s", v, hint(name, names))
	return nil
}

// tryOpen finds what only opening finds, such as a key that cannot be read. Opening sends nothing.
func (c *checker) tryOpen(pointer string, kind *Type, d *Definition) {
	handle, err := kind.open(d, newOptions(Options{}))
	if err == nil {
		_ = handle.close()
		return
	}
	if placed, ok := errors.AsType[*configError](err); ok {
		c.report("connection.bad_value", pointer+placed.pointer, "%s", placed.err)
		return
	}
	c.report("connection.bad_value", pointer, "%s", err)
}

// secrets checks and resolves the secrets of a connection of this type and config.
func (c *checker) secrets(pointer string, v core.Value, kind *Type, config core.Object) map[string]secret.Text {
	wanted := slices.Clone(kind.Secrets)
	for _, field := range kind.Config {
		if variant := chosen(&field, config[field.Name]); variant != nil {
			wanted = append(wanted, variant.Secrets...)
		}
	}
	given := core.Object{}
	if v != nil {
		var ok bool
		if given, ok = c.object(pointer, v); !ok {
			return nil
		}
	}
	names := make([]string, len(wanted))
	for i, field := range wanted {
		names[i] = field.Name
	}
	c.known(pointer, given, names...)
	out := map[string]secret.Text{}
	for _, field := range wanted {
		at := pointer + "/" + field.Name
		v, ok := given[field.Name]
		if !ok {
			if field.Required {
				c.report("connection.required", at, "the secret %s is missing", field.Name)
			}
			continue
		}
		if text, ok := c.secret(at, v); ok {
			out[field.Name] = secret.New(text)
		}
	}
	return out
}

func (c *checker) secret(pointer string, v core.Value) (string, bool) {
	if text, ok := v.(string); ok {
		if text == "" {
			c.report("connection.bad_value", pointer, "a secret must not be empty")
		}
		return text, text != ""
	}
	object, ok := v.(core.Object)
	if !ok {
		c.report("connection.bad_value", pointer, `a secret is a string or {"env": "NAME"}`)
		return "", false
	}
	c.known(pointer, object, "env")
	name, ok := object["env"].(string)
	if !ok || name == "" {
		c.report("connection.bad_value", pointer, `a secret is a string or {"env": "NAME"}`)
		return "", false
	}
	if c.env == nil {
		c.report("connection.env_refused", pointer, "secrets from the environment are for files on the command line; give the value here")
		return "", false
	}
	text, ok := c.env(name)
	if !ok || text == "" {
		c.report("connection.env_missing", pointer, "the environment variable %s is not set", name)
		return "", false
	}
	return text, true
}
