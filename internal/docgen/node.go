package main

import (
	"bytes"
	"fmt"
	"strings"

	"sluice/engine/core"
	"sluice/flows/triggers"
	"sluice/nodes"
)

// nodePage is the reference page of a node type.
func nodePage(s *nodes.Spec, l language) (string, error) {
	t, err := textsOf(s.Schema, s.Chinese, l)
	if err != nil {
		return "", err
	}
	examples, err := exampleSection(s, l)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(note(l))
	fmt.Fprintf(&b, "# %s: `%s`\n\n", t.title(), s.Type)
	fmt.Fprintf(&b, "%s · %s\n\n", l.say("[中文]("+s.Type+".zh.md)", "[English]("+s.Type+".md)"), l.say("[all types](../README.md#node-types)", "[全部类型](../README.zh.md#节点类型)"))
	fmt.Fprintf(&b, "%s\n\n", t.summary())
	fmt.Fprintf(&b, "| %s | %s | %s |\n|---|---|---|\n", l.say("type and version", "类型与版本"), l.say("effect", "影响"), l.say("ports", "端口"))
	fmt.Fprintf(&b, "| `%s` | %s | %s |\n\n", s.Name(), effectMeaning(s, l), ports(s, l))

	intro, rest := doc(s, l)
	fmt.Fprintf(&b, "%s\n\n", intro)
	table := configTable(t, l)
	if table == "" {
		table = l.say("It has no settings.\n", "没有配置项。\n")
	}
	fmt.Fprintf(&b, "## %s\n\n%s\n", l.say("Settings", "配置"), table)
	if rest != "" {
		fmt.Fprintf(&b, "%s\n\n", rest)
	}
	b.WriteString(examples)
	return b.String(), nil
}

// doc is the body of a type's page: what stands before its first heading, and the rest.
func doc(s *nodes.Spec, l language) (intro, rest string) {
	text := strings.TrimSpace(l.say(s.DocEN, s.DocZH))
	intro, rest, found := strings.Cut(text, "\n## ")
	if !found {
		return intro, ""
	}
	return strings.TrimSpace(intro), "## " + rest
}

func ports(s *nodes.Spec, l language) string {
	var names []string
	for _, port := range append(s.PortsOf(core.Object{}), "error") {
		names = append(names, "`"+port+"`")
	}
	text := strings.Join(names, ", ")
	if s.Ports != nil && s.Ports(core.Object{}) != nil {
		text += l.say(", as configured", "，以配置为准")
	}
	return text
}

func effectName(e nodes.Effect, l language) string {
	switch e {
	case nodes.Pure:
		return l.say("pure", "纯计算")
	case nodes.Read:
		return l.say("reads", "只读")
	case nodes.Write:
		return l.say("writes", "写入")
	case nodes.Container:
		return l.say("container", "容器")
	default:
		return l.say("control", "控制")
	}
}

func effectMeaning(s *nodes.Spec, l language) string {
	name := "**" + effectName(s.Effect, l) + "**" + l.say(": ", "：")
	switch s.Effect {
	case nodes.Pure:
		name += l.say("computed, no contact with the outside", "只做计算，不接触外部")
	case nodes.Read:
		name += l.say("may run again, changes nothing", "可能重复执行，不改变外部状态")
	case nodes.Write:
		name += l.say("runs at least once, always with the same idempotency key", "至少执行一次，幂等键始终相同")
	case nodes.Container:
		name += l.say("runs its body", "执行其内部的节点")
	default:
		name += l.say("steers the run, or waits", "控制流程走向，或等待")
	}
	if s.EffectOf != nil {
		name += l.say("; by config it may only read", "；部分配置下只读")
	}
	return name
}

// exampleSection shows a type's examples: how it is set up, what it sees, what comes of it.
func exampleSection(s *nodes.Spec, l language) (string, error) {
	v, err := decode(s.Examples)
	if err != nil {
		return "", fmt.Errorf("examples: %w", err)
	}
	list, _ := v.([]any)
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n", l.say("Tested examples", "经过测试的示例"), l.say("A test compiles each of them, and runs those that say what comes of it.", "每个示例都有测试编译，写明结果的还会运行核对。"))
	for _, item := range list {
		example, _ := item.(*object)
		fmt.Fprintf(&b, "\n### %s\n", example.object("title").text(l.say("en", "zh")))
		for _, part := range []struct{ key, en, zh string }{
			{"config", "Settings", "配置"}, {"body", "Body", "内部流程"}, {"scope", "It sees", "可见数据"}, {"want", "What comes of it", "结果"},
		} {
			if v := example.get(part.key); v != nil {
				fmt.Fprintf(&b, "\n%s\n\n```json\n%s\n```\n", l.say(part.en+":", part.zh+"："), laidOut(v))
			}
		}
	}
	return b.String(), nil
}

// width is how long a line of JSON may be before it is broken.
const width = 100

// laidOut is JSON for people: what fits on a line stands on one.
func laidOut(v any) string {
	var b bytes.Buffer
	layOut(&b, v, "")
	return b.String()
}

func layOut(b *bytes.Buffer, v any, indent string) {
	line := spaced(v)
	if len(indent)+len(line) <= width {
		b.WriteString(line)
		return
	}
	deeper := indent + "  "
	switch v := v.(type) {
	case *object:
		b.WriteString("{")
		for i, key := range v.keys {
			b.WriteString(comma(i) + "\n" + deeper + compact(key) + ": ")
			layOut(b, v.values[key], deeper)
		}
		b.WriteString("\n" + indent + "}")
	case []any:
		b.WriteString("[")
		for i, item := range v {
			b.WriteString(comma(i) + "\n" + deeper)
			layOut(b, item, deeper)
		}
		b.WriteString("\n" + indent + "]")
	default:
		b.WriteString(line)
	}
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// spaced is JSON on one line with a space after colons and commas.
func spaced(v any) string {
	var parts []string
	switch v := v.(type) {
	case *object:
		for _, key := range v.keys {
			parts = append(parts, compact(key)+": "+spaced(v.values[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, item := range v {
			parts = append(parts, spaced(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return compact(v)
}

// triggerPage is the reference of the trigger types.
func triggerPage(specs []triggers.Spec, l language) (string, error) {
	var b strings.Builder
	b.WriteString(note(l))
	fmt.Fprintf(&b, "# %s\n\n%s\n", l.say("Triggers", "触发器"), l.say("[中文](triggers.zh.md)", "[English](triggers.md)"))
	for _, s := range specs {
		t, err := textsOf(s.Schema, s.Chinese, l)
		if err != nil {
			return "", fmt.Errorf("trigger %s: %w", s.Type, err)
		}
		fmt.Fprintf(&b, "\n## `%s`\n\n**%s**%s%s\n", s.Type, t.title(), l.say(". ", "："), t.summary())
		if table := configTable(t, l); table != "" {
			fmt.Fprintf(&b, "\n%s", table)
		}
		if doc := l.say(s.Doc, s.DocZH); doc != "" {
			fmt.Fprintf(&b, "\n%s", doc)
		}
	}
	return b.String(), nil
}
