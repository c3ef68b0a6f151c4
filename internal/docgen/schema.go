package main

import (
	"fmt"
	"slices"
	"strings"

	"sluice/engine/value"
)

// texts are the titles and descriptions of a schema in one language.
type texts struct {
	root *object
	// translated are texts by JSON Pointer; nil takes those of the schema itself.
	translated *object
}

func textsOf(schema, chinese []byte, l language) (texts, error) {
	root, err := decodeObject(schema)
	if err != nil {
		return texts{}, fmt.Errorf("schema: %w", err)
	}
	t := texts{root: root}
	if l.say("", "zh") != "" {
		if t.translated, err = decodeObject(chinese); err != nil {
			return texts{}, fmt.Errorf("texts in Chinese: %w", err)
		}
	}
	return t, nil
}

// of is the title or description of the schema at a pointer.
func (t texts) of(schema *object, pointer, keyword string) string {
	if t.translated != nil {
		if pointer == "" && keyword == "title" {
			return t.translated.text("")
		}
		return t.translated.text(pointer + "/" + keyword)
	}
	return schema.text(keyword)
}

func (t texts) title() string   { return t.of(t.root, "", "title") }
func (t texts) summary() string { return t.of(t.root, "", "description") }

// configTable shows a schema as a table of keys, in the order of the schema, followed by the rules that concern several
// keys. A schema without properties gives nothing.
func configTable(t texts, l language) string {
	w := &tableWalk{texts: t, language: l}
	w.properties(t.root, "", "")
	if w.rows.Len() == 0 {
		return ""
	}
	out := fmt.Sprintf("| %s | %s | %s | %s |\n|---|---|---|---|\n", l.say("key", "键"), l.say("value", "值"), l.say("if left out", "不填时"), l.say("meaning", "含义"))
	out += w.rows.String()
	if len(w.rules) > 0 {
		out += "\n- " + strings.Join(w.rules, "\n- ") + "\n"
	}
	return out
}

type tableWalk struct {
	texts    texts
	language language
	rows     strings.Builder
	rules    []string
}

// properties adds the rows of an object's properties; path is how documents would name the object.
func (w *tableWalk) properties(schema *object, path, pointer string) {
	w.together(schema, path)
	properties := schema.object("properties")
	if properties == nil {
		return
	}
	required := schema.list("required")
	for _, name := range properties.keys {
		inner := pointer + "/properties/" + value.EscapePointer(name)
		w.place(properties.object(name), path+name, inner, slices.Contains(required, any(name)))
	}
}

// place adds the row of one place, and those of the places within it.
func (w *tableWalk) place(schema *object, path, pointer string, required bool) {
	l := w.language
	absent := "–"
	if required {
		absent = l.say("**required**", "**必填**")
	} else if fallback, ok := schema.values["default"]; ok {
		absent = codeCell(compact(fallback))
	}
	meaning := []string{sentence(w.texts.of(schema, pointer, "title"), w.texts.of(schema, pointer, "description"), l), limits(schema, l), examplesOf(schema, l)}
	meaning = slices.DeleteFunc(meaning, func(part string) bool { return part == "" })
	fmt.Fprintf(&w.rows, "| `%s` | %s | %s | %s |\n", path, kindOf(schema, l), absent, strings.Join(meaning, l.say(" ", "")))
	w.properties(schema, path+".", pointer)
	if items := schema.object("items"); items != nil {
		w.within(items, path+"[]", pointer+"/items")
	}
	if values := schema.object("additionalProperties"); values != nil {
		w.within(values, path+".*", pointer+"/additionalProperties")
	}
}

// within adds the items of a list or the values of a map: their properties where they are objects, else a row where
// there is something to say.
func (w *tableWalk) within(schema *object, path, pointer string) {
	if schema.object("properties") != nil {
		w.properties(schema, path+".", pointer)
		return
	}
	if w.texts.of(schema, pointer, "title") != "" || schema.get("enum") != nil {
		w.place(schema, path, pointer, false)
	}
}

// together states the rules about several keys of an object.
func (w *tableWalk) together(schema *object, path string) {
	l := w.language
	add := func(en, zh, keys string) { w.rules = append(w.rules, fmt.Sprintf(l.say(en, zh), keys)) }
	if keys := alternatives(schema, "oneOf", path); keys != "" {
		add("Exactly one of %s.", "以下必须且只能填一个：%s。", keys)
	}
	if keys := alternatives(schema, "anyOf", path); keys != "" {
		add("At least one of %s.", "以下至少填一个：%s。", keys)
	}
	conditions := []any{schema}
	for _, part := range append(conditions, schema.list("allOf")...) {
		part, _ := part.(*object)
		when, then := alternatives(part.object("if"), "anyOf", path), alternatives(part.object("then"), "oneOf", path)
		if when != "" && when == then {
			add("Only one of %s.", "以下最多填一个：%s。", then)
		}
	}
	if needs := schema.object("dependentRequired"); needs != nil {
		for _, key := range needs.keys {
			var others []string
			for _, other := range needs.list(key) {
				others = append(others, fmt.Sprintf("`%s%v`", path, other))
			}
			w.rules = append(w.rules, fmt.Sprintf(l.say("`%s` needs %s.", "填写 `%s` 时必须同时填写 %s。"), path+key, strings.Join(others, l.say(", ", "、"))))
		}
	}
}

// alternatives are the keys of a list of schemas that each require one key; empty when it is another kind of list.
func alternatives(schema *object, keyword, path string) string {
	var keys []string
	for _, branch := range schema.list(keyword) {
		branch, _ := branch.(*object)
		required := branch.list("required")
		if len(required) != 1 || len(branch.keys) != 1 {
			return ""
		}
		keys = append(keys, fmt.Sprintf("`%s%v`", path, required[0]))
	}
	return strings.Join(keys, ", ")
}

func sentence(title, description string, l language) string {
	switch {
	case title == "":
		return cell(description)
	case description == "":
		return cell(title)
	}
	return "**" + cell(title) + l.say(".** ", "**：") + cell(description)
}

// kindOf says what a value is: the hint that tells how it is read, else its JSON type.
func kindOf(schema *object, l language) string {
	if enum := schema.list("enum"); enum != nil {
		var choices []string
		for _, choice := range enum {
			choices = append(choices, codeCell(strings.Trim(compact(choice), `"`)))
		}
		return strings.Join(choices, l.say(", ", "、"))
	}
	switch {
	case schema.is("x-expression"):
		return l.say("expression", "表达式")
	case schema.is("x-path"):
		return l.say("gjson path", "gjson 路径")
	case schema.is("x-cell"):
		return l.say("table cell", "表格单元格")
	case schema.is("x-schema"):
		return "JSON Schema"
	case schema.is("x-duration"):
		return l.say("duration", "时长")
	case schema.is("x-zone"):
		return l.say("time zone", "时区")
	case schema.is("x-flow"):
		return l.say("id of a flow", "流程 ID")
	case schema.is("x-connection"):
		return l.say("connection", "连接")
	}
	if fit := schema.list("x-connection"); fit != nil {
		return l.say("connection", "连接") + " (" + joined(fit, ", ") + ")"
	}
	return jsonType(schema, l)
}

func jsonType(schema *object, l language) string {
	switch kind := schema.get("type").(type) {
	case string:
		if kind == "array" {
			items, _ := schema.object("items").get("type").(string)
			return strings.TrimSpace(l.say("list ", "列表 ") + map[bool]string{true: "(" + items + ")"}[items != ""])
		}
		if kind == "string" && !schema.is("x-literal") {
			return l.say("string, templates", "字符串，可用模板")
		}
		return kind
	case []any:
		return joined(kind, l.say(" or ", " 或 "))
	}
	return l.say("any JSON", "任意 JSON")
}

func joined(list []any, separator string) string {
	var parts []string
	for _, v := range list {
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, separator)
}

// limits says the bounds of a value in words.
func limits(schema *object, l language) string {
	var parts []string
	for _, bound := range []struct{ keyword, en, zh string }{
		{"minimum", "At least %v.", "不小于 %v。"},
		{"maximum", "At most %v.", "不大于 %v。"},
		{"minItems", "At least %v items.", "至少 %v 项。"},
		{"maxItems", "At most %v items.", "最多 %v 项。"},
		{"maxLength", "At most %v characters.", "最多 %v 个字符。"},
	} {
		if v := schema.get(bound.keyword); v != nil {
			text := fmt.Sprintf(l.say(bound.en, bound.zh), v)
			parts = append(parts, strings.Replace(text, "At least 1 items", "At least one item", 1))
		}
	}
	if schema.is("uniqueItems") {
		parts = append(parts, l.say("No two items are equal.", "各项不能重复。"))
	}
	return strings.Join(parts, l.say(" ", ""))
}

func examplesOf(schema *object, l language) string {
	var shown []string
	for _, example := range schema.list("examples") {
		text, ok := example.(string)
		if !ok {
			text = compact(example)
		}
		shown = append(shown, codeCell(text))
	}
	if shown == nil {
		return ""
	}
	return l.say("Such as ", "例如 ") + strings.Join(shown, l.say(", ", "、")) + l.say(".", "。")
}
