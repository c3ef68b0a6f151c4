package flows

import (
	"reflect"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// decode fills dst, a pointer to a struct with json tags, from a config. Values of another kind than their field, which
// the schema reports or a template will give, are left out. Fields of type core.Value keep numbers exact, which
// encoding/json would not.
func decode(config core.Object, dst any) {
	target := reflect.ValueOf(dst)
	if target.Kind() == reflect.Pointer && !target.IsNil() {
		fill(target.Elem(), config)
	}
}

func fill(dst reflect.Value, v core.Value) {
	switch dst.Kind() {
	case reflect.Interface:
		if v != nil && reflect.TypeOf(v).AssignableTo(dst.Type()) {
			dst.Set(reflect.ValueOf(v))
		}
	case reflect.Pointer:
		if v != nil {
			fresh := reflect.New(dst.Type().Elem())
			fill(fresh.Elem(), v)
			dst.Set(fresh)
		}
	case reflect.Struct:
		fillStruct(dst, v)
	case reflect.Slice:
		if list, ok := v.(core.List); ok {
			fresh := reflect.MakeSlice(dst.Type(), len(list), len(list))
			for i, item := range list {
				fill(fresh.Index(i), item)
			}
			dst.Set(fresh)
		}
	case reflect.Map:
		fillMap(dst, v)
	default:
		fillScalar(dst, v)
	}
}

func fillStruct(dst reflect.Value, v core.Value) {
	object, ok := v.(core.Object)
	if !ok {
		return
	}
	for i := range dst.NumField() {
		field := dst.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() {
			continue
		}
		if field.Anonymous && name == "" {
			fill(dst.Field(i), v)
			continue
		}
		if found, ok := object[name]; ok {
			fill(dst.Field(i), found)
		}
	}
}

func fillMap(dst reflect.Value, v core.Value) {
	object, ok := v.(core.Object)
	if !ok || dst.Type().Key().Kind() != reflect.String {
		return
	}
	fresh := reflect.MakeMapWithSize(dst.Type(), len(object))
	for key, field := range object {
		item := reflect.New(dst.Type().Elem()).Elem()
		fill(item, field)
		fresh.SetMapIndex(reflect.ValueOf(key).Convert(dst.Type().Key()), item)
	}
	dst.Set(fresh)
}

func fillScalar(dst reflect.Value, v core.Value) {
	switch v := v.(type) {
	case string:
		if dst.Kind() == reflect.String {
			dst.SetString(v)
		}
	case bool:
		if dst.Kind() == reflect.Bool {
			dst.SetBool(v)
		}
	case int:
		switch {
		case dst.CanInt() && !dst.OverflowInt(int64(v)):
			dst.SetInt(int64(v))
		case dst.CanFloat():
			dst.SetFloat(float64(v))
		}
	case float64:
		if dst.CanFloat() {
			dst.SetFloat(v)
		}
	case value.Decimal:
		if dst.CanFloat() {
			dst.SetFloat(v.Float())
		}
	}
}
