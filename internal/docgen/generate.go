package main

import (
	"fmt"
	"strings"

	"sluice/connect"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/expr"
	"sluice/flows/triggers"
	"sluice/nodes"
	"sluice/nodes/all"
)

// language is the one a page is in.
type language diag.Language

// languages of the reference; English pages have plain names.
var languages = []language{language(diag.English), language(diag.Chinese)}

// say picks the text of the page's language.
func (l language) say(en, zh string) string {
	if diag.Language(l) == diag.Chinese {
		return zh
	}
	return en
}

// file is a page's name in the language.
func (l language) file(name string) string { return name + l.say(".md", ".zh.md") }

// generate makes everything.
func generate(root string) (output, error) {
	specs := all.Specs(all.Deps{})
	registry, err := nodes.New(specs)
	if err != nil {
		return nil, err
	}
	out := output{}
	for _, l := range languages {
		for i := range specs {
			page, err := nodePage(&specs[i], l)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", specs[i].Name(), err)
			}
			out[reference+"nodes/"+l.file(specs[i].Type)] = page
		}
		page, err := triggerPage(triggers.All(), l)
		if err != nil {
			return nil, err
		}
		out[reference+l.file("triggers")] = page
		out[reference+l.file("errors")] = errorPage(diag.Catalogue(), l)
		out[reference+l.file("expressions")] = expressionPage(expr.Signatures(), l)
		out[reference+l.file("connections")] = connectionPage(connect.Types(), l)
		if out[reference+l.file("README")], err = indexPage(specs, l); err != nil {
			return nil, err
		}
		schema, err := flows.Schema(registry, diag.Language(l))
		if err != nil {
			return nil, err
		}
		if out[reference+"flow.schema"+l.say(".json", ".zh.json")], err = indented(schema); err != nil {
			return nil, err
		}
	}
	if out[reference+"engine.md"], err = enginePage(root); err != nil {
		return nil, err
	}
	if out["CONTRIBUTING.md"], err = contributing(root); err != nil {
		return nil, err
	}
	return out, nil
}

// note stands on every generated page.
func note(l language) string {
	return l.say("<!-- Made by make generate from the code. Do not edit. -->\n\n", "<!-- 由 make generate 根据代码生成，请勿手工修改。 -->\n\n")
}

// indexPage lists the reference.
func indexPage(specs []nodes.Spec, l language) (string, error) {
	var b strings.Builder
	b.WriteString(note(l))
	b.WriteString(l.say("# Reference\n\n", "# 参考手册\n\n"))
	b.WriteString(l.say("[中文](README.zh.md)\n\n", "[English](README.md)\n\n"))
	fmt.Fprintf(&b, "- [%s](%s)\n", l.say("Expressions", "表达式"), l.file("expressions"))
	fmt.Fprintf(&b, "- [%s](%s)\n", l.say("Triggers", "触发器"), l.file("triggers"))
	fmt.Fprintf(&b, "- [%s](%s)\n", l.say("Connections", "连接"), l.file("connections"))
	fmt.Fprintf(&b, "- [%s](%s)\n", l.say("Error codes", "错误码"), l.file("errors"))
	fmt.Fprintf(&b, "- [%s](engine.md)\n", l.say("Events, commands and transition tables of the engine", "引擎的事件、命令与状态转换表（英文）"))
	schema := "flow.schema" + l.say(".json", ".zh.json")
	fmt.Fprintf(&b, "- [%s](%s)%s\n\n", l.say("JSON Schema of flow documents", "流程文档的 JSON Schema"), schema,
		l.say(", for editors that complete and check JSON", "，供编辑器补全和校验"))
	fmt.Fprintf(&b, "## %s\n\n| %s | | %s | |\n|---|---|---|---|\n", l.say("Node types", "节点类型"), l.say("type", "类型"), l.say("effect", "影响"))
	for i := range specs {
		texts, err := textsOf(specs[i].Schema, specs[i].Chinese, l)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "| [`%s`](nodes/%s) | %s | %s | %s |\n", specs[i].Type, l.file(specs[i].Type),
			cell(texts.title()), effectName(specs[i].Effect, l), cell(texts.summary()))
	}
	return b.String(), nil
}

// cell makes text fit for a cell of a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

// codeCell makes code fit for a cell of a Markdown table.
func codeCell(text string) string {
	text = strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
