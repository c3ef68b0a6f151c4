// Package args reads the arguments of a task: the computed config of its node, strictly, into the struct that stands for
// it. What a template gives is known only while a run is under way, so that this is the first to see its kind.
//
// It must not know any one node type.
package args

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Decode fills dst, a pointer to a struct with json tags, from the arguments of a task. Fields are strings, bools, ints,
// core.Value, core.Object, core.List, map[string]string, and pointers, slices and structs of these.
//
// What is left out keeps the value that dst came with. Null is a value of its own: only a core.Value takes it, and a
// map[string]string leaves such an entry out. Where a text is wanted, numbers and booleans are written out with all their
// digits, because a text that is exactly one template keeps the type of what it computes. All else that is not as its field
// says, unknown keys too, is the failure config.invalid.
func Decode(v core.Value, dst any) *core.Failure {
	return fill(reflect.ValueOf(dst).Elem(), v, "")
}

// Invalid is the failure of an argument that cannot be used; the problem follows its name in a sentence.
func Invalid(pointer, problem string, details ...any) *core.Failure {
	name := pointer
	if name == "" {
		name = "the config"
	}
	return &core.Failure{
		Code: "config.invalid", Message: name + " " + fmt.Sprintf(problem, details...),
		Details: core.Object{"pointer": pointer}, Permanent: true,
	}
}

func fill(dst reflect.Value, v core.Value, pointer string) *core.Failure {
	switch dst.Kind() {
	case reflect.Interface:
		if v != nil {
			dst.Set(reflect.ValueOf(v))
		}
		return nil
	case reflect.Pointer:
		fresh := reflect.New(dst.Type().Elem())
		dst.Set(fresh)
		return fill(fresh.Elem(), v, pointer)
	case reflect.Struct:
		return fillStruct(dst, v, pointer)
	case reflect.Map:
		return fillMap(dst, v, pointer)
	case reflect.Slice:
		return fillSlice(dst, v, pointer)
	default:
		return fillScalar(dst, v, pointer)
	}
}

func fillStruct(dst reflect.Value, v core.Value, pointer string) *core.Failure {
	object, ok := v.(core.Object)
	if !ok {
		return wrongKind(pointer, "an object", v)
	}
	fields := make(map[string]reflect.Value, dst.NumField())
	for i := range dst.NumField() {
		fields[dst.Type().Field(i).Tag.Get("json")] = dst.Field(i)
	}
	// In a fixed order, which decides what is reported of several.
	for _, name := range slices.Sorted(maps.Keys(object)) {
		at := pointer + "/" + value.EscapePointer(name)
		field, ok := fields[name]
		if !ok {
			return Invalid(at, "is no argument of this node")
		}
		if f := fill(field, object[name], at); f != nil {
			return f
		}
	}
	return nil
}

func fillMap(dst reflect.Value, v core.Value, pointer string) *core.Failure {
	object, ok := v.(core.Object)
	if !ok {
		return wrongKind(pointer, "an object", v)
	}
	if dst.Type() == reflect.TypeFor[core.Object]() {
		dst.Set(reflect.ValueOf(object))
		return nil
	}
	texts := make(map[string]string, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if object[name] == nil {
			continue
		}
		text, ok := scalarText(object[name])
		if !ok {
			return wrongKind(pointer+"/"+value.EscapePointer(name), "a text", object[name])
		}
		texts[name] = text
	}
	dst.Set(reflect.ValueOf(texts))
	return nil
}

func fillSlice(dst reflect.Value, v core.Value, pointer string) *core.Failure {
	list, ok := v.(core.List)
	if !ok {
		return wrongKind(pointer, "a list", v)
	}
	if dst.Type() == reflect.TypeFor[core.List]() {
		dst.Set(reflect.ValueOf(list))
		return nil
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(list), len(list)))
	for i, item := range list {
		if f := fill(dst.Index(i), item, pointer+"/"+strconv.Itoa(i)); f != nil {
			return f
		}
	}
	return nil
}

func fillScalar(dst reflect.Value, v core.Value, pointer string) *core.Failure {
	switch dst.Kind() {
	case reflect.String:
		text, ok := scalarText(v)
		if !ok {
			return wrongKind(pointer, "a text", v)
		}
		dst.SetString(text)
	case reflect.Bool:
		set, ok := v.(bool)
		if !ok {
			return wrongKind(pointer, "true or false", v)
		}
		dst.SetBool(set)
	default:
		n, ok := v.(int)
		if !ok {
			return wrongKind(pointer, "a whole number of at most 64 bits", v)
		}
		dst.SetInt(int64(n))
	}
	return nil
}

// scalarText is a text, number or boolean as text.
func scalarText(v core.Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int, float64, value.Decimal, bool:
		text, err := value.Encode(v)
		return string(text), err == nil
	default:
		return "", false
	}
}

func wrongKind(pointer, wanted string, v core.Value) *core.Failure {
	return Invalid(pointer, "must be %s, not %s", wanted, strings.Replace(value.Kind(v), "string", "text", 1))
}
