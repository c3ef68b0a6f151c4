package flows

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
)

// finding is one rule broken, in the catalogue's terms. Missing and surplus properties are one finding each, at the
// property.
type finding struct {
	code    string
	pointer string
	params  map[string]string
}

// describe says what is wrong with v under the schema, ordered by place.
func (s *schema) describe(v core.Value, exempt func(pointer string, v core.Value) bool) []finding {
	var list []finding
	for _, r := range s.broken(v, exempt) {
		list = append(list, r.describe()...)
	}
	slices.SortFunc(list, func(a, b finding) int {
		if c := comparePointers(a.pointer, b.pointer); c != 0 {
			return c
		}
		return strings.Compare(a.code+fmt.Sprint(a.params), b.code+fmt.Sprint(b.params))
	})
	return slices.CompactFunc(list, func(a, b finding) bool {
		return a.code == b.code && a.pointer == b.pointer && maps.Equal(a.params, b.params)
	})
}

// comparePointers orders pointers segment by segment, indices as numbers.
func comparePointers(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	return slices.CompareFunc(as, bs, func(x, y string) int {
		m, err1 := strconv.Atoi(x)
		n, err2 := strconv.Atoi(y)
		if err1 == nil && err2 == nil {
			return m - n
		}
		return strings.Compare(x, y)
	})
}

func (r rule) describe() []finding {
	one := func(code string, params map[string]string) []finding { return []finding{{code, r.pointer, params}} }
	limit := showValue(r.schema[r.keyword])
	switch r.keyword {
	case "required":
		return r.missing(r.schema["required"])
	case "dependentRequired":
		return r.missingDependents()
	case "additionalProperties":
		return r.surplus()
	case "unevaluatedProperties":
		return []finding{{"config.unknown", r.pointer, map[string]string{"property": lastSegment(r.pointer)}}}
	case "type":
		return one("config.type", map[string]string{"want": showTypes(r.schema["type"]), "got": jsonType(r.value)})
	case "enum", "const":
		return one("config.enum", r.choices())
	case "minimum":
		return one("config.range", map[string]string{"value": showValue(r.value), "bound": "≥ " + limit})
	case "maximum":
		return one("config.range", map[string]string{"value": showValue(r.value), "bound": "≤ " + limit})
	case "exclusiveMinimum":
		return one("config.range", map[string]string{"value": showValue(r.value), "bound": "> " + limit})
	case "exclusiveMaximum":
		return one("config.range", map[string]string{"value": showValue(r.value), "bound": "< " + limit})
	case "multipleOf":
		return one("config.range", map[string]string{"value": showValue(r.value), "bound": "n × " + limit})
	case "minLength", "minItems", "minProperties":
		return one("config.length", map[string]string{"count": count(r.value), "bound": "≥ " + limit})
	case "maxLength", "maxItems", "maxProperties":
		return one("config.length", map[string]string{"count": count(r.value), "bound": "≤ " + limit})
	case "pattern":
		return one("config.pattern", map[string]string{"value": showValue(r.value), "pattern": limit})
	case "uniqueItems":
		return one("config.unique", r.firstEqual())
	case "anyOf", "oneOf":
		return r.alternative()
	case "not", keywordFalse:
		return one("config.conflict", nil)
	default:
		return one("config.invalid", map[string]string{"keyword": r.keyword})
	}
}

func (r rule) at(property string) string { return r.pointer + "/" + value.EscapePointer(property) }

func (r rule) missing(required core.Value) []finding {
	object, _ := r.value.(core.Object)
	names, _ := required.(core.List)
	var list []finding
	for _, name := range names {
		property, _ := name.(string)
		if _, ok := object[property]; !ok {
			list = append(list, finding{"config.required", r.at(property), map[string]string{"property": property}})
		}
	}
	return list
}

func (r rule) missingDependents() []finding {
	object, _ := r.value.(core.Object)
	dependents, _ := r.schema["dependentRequired"].(core.Object)
	var list []finding
	for property, required := range dependents {
		if _, ok := object[property]; ok {
			list = append(list, r.missing(required)...)
		}
	}
	return list
}

// surplus finds the properties that the schema does not list.
func (r rule) surplus() []finding {
	object, _ := r.value.(core.Object)
	properties, _ := r.schema["properties"].(core.Object)
	patterns, _ := r.schema["patternProperties"].(core.Object)
	known := slices.Sorted(maps.Keys(properties))
	var list []finding
	for property := range object {
		if _, ok := properties[property]; ok || matchesAny(patterns, property) {
			continue
		}
		list = append(list, finding{"config.unknown", r.at(property), map[string]string{
			"property": property, "nearest": diag.Nearest(property, known),
		}})
	}
	return list
}

func matchesAny(patterns core.Object, name string) bool {
	for pattern := range patterns {
		if re, err := regexp.Compile(pattern); err == nil && re.MatchString(name) {
			return true
		}
	}
	return false
}

func (r rule) choices() map[string]string {
	list, _ := r.schema["enum"].(core.List)
	if r.keyword == "const" {
		list = core.List{r.schema["const"]}
	}
	var names []string
	for _, v := range list {
		names = append(names, showValue(v))
	}
	got := showValue(r.value)
	return map[string]string{"value": got, "choices": strings.Join(names, ", "), "nearest": diag.Nearest(got, names)}
}

func (r rule) firstEqual() map[string]string {
	list, _ := r.value.(core.List)
	for j := range list {
		for i := range j {
			if value.Equal(list[i], list[j]) {
				return map[string]string{"first": strconv.Itoa(i), "second": strconv.Itoa(j)}
			}
		}
	}
	return nil
}

// alternative tells "one of these properties is needed" and "these exclude each other" from other anyOf and oneOf.
func (r rule) alternative() []finding {
	branches, _ := r.schema[r.keyword].(core.List)
	object, isObject := r.value.(core.Object)
	var names []string
	given := 0
	for _, b := range branches {
		branch, _ := b.(core.Object)
		required, _ := branch["required"].(core.List)
		if !isObject || len(branch) != 1 || len(required) != 1 {
			return []finding{{"config.choice", r.pointer, nil}}
		}
		name, _ := required[0].(string)
		names = append(names, name)
		if _, ok := object[name]; ok {
			given++
		}
	}
	code := "config.one_of"
	if given > 1 {
		code = "config.exclusive"
	}
	return []finding{{code, r.pointer, map[string]string{"choices": strings.Join(names, ", ")}}}
}

// showTypes writes the keyword type: one name or several.
func showTypes(v core.Value) string {
	list, ok := v.(core.List)
	if !ok {
		return showValue(v)
	}
	var names []string
	for _, name := range list {
		names = append(names, showValue(name))
	}
	return strings.Join(names, "/")
}

const maxShown = 60

// showValue writes a value for a message: texts without quotes, all at a bounded length.
func showValue(v core.Value) string {
	text, ok := v.(string)
	if !ok {
		encoded, err := value.Encode(v)
		if err != nil {
			return jsonType(v)
		}
		text = string(encoded)
	}
	if utf8.RuneCountInString(text) <= maxShown {
		return text
	}
	return string([]rune(text)[:maxShown]) + "…"
}

// count is the length that length rules speak of.
func count(v core.Value) string {
	switch v := v.(type) {
	case string:
		return strconv.Itoa(utf8.RuneCountInString(v))
	case core.List:
		return strconv.Itoa(len(v))
	case core.Object:
		return strconv.Itoa(len(v))
	default:
		return "0"
	}
}
