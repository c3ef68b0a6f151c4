package flowtest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// anything is the key of the object that stands for any value.
const anything = "$any"

// compare holds what was seen against what the test expects.
func (p *play) compare() {
	x, end, at := &p.test.expect, p.runs[0].end, p.test.pointer+"/expect"
	if end.Status != x.status {
		params := map[string]string{"want": string(x.status), "got": string(end.Status), "failure": ""}
		if f := end.Failure; f != nil {
			params["failure"] = strings.TrimSuffix(strings.TrimPrefix(f.Path+": ", ": ")+f.Error(), ".")
		}
		p.add("test.status", at+"/status", params)
	} else {
		p.compareEnd(end, at)
	}
	if x.response != nil {
		p.compareMembers(at+"/response", x.response, responseObject(p.response))
	}
	p.comparePath(at + "/path")
	for _, want := range x.tasks {
		got := core.List{}
		for _, a := range p.asked {
			if matches(want.path, a.path) {
				got = append(got, a.what)
			}
		}
		p.compareValue(at+"/tasks/"+value.EscapePointer(want.path), want.asked, got)
	}
}

func (p *play) compareEnd(end *core.End, at string) {
	if p.test.expect.hasOutput {
		p.compareValue(at+"/output", p.test.expect.output, p.plain(end.Output))
	}
	if want := p.test.expect.failure; want != nil {
		var got core.Object
		if end.Failure != nil {
			got = end.Failure.Object()
		}
		p.compareMembers(at+"/error", want, got)
	}
}

// responseObject is what a respond node said; nil where none did.
func responseObject(r *core.Response) core.Object {
	if r == nil {
		return nil
	}
	headers := r.Headers
	if headers == nil {
		headers = core.Object{}
	}
	return core.Object{"status": r.Status, "headers": headers, "body": r.Body}
}

// compareMembers compares those members of an object that are named.
func (p *play) compareMembers(pointer string, want, got core.Object) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		v, ok := got[key]
		p.compareMember(pointer+"/"+value.EscapePointer(key), want[key], p.plain(v), ok)
	}
}

func (p *play) compareMember(pointer string, want, got core.Value, there bool) {
	if !there {
		text, _ := excerpts(want, nil)
		p.add("test.value.missing", pointer, map[string]string{"want": text})
		return
	}
	p.compareValue(pointer, want, got)
}

// compareValue compares plain values, and goes into objects and lists to say where they differ.
func (p *play) compareValue(pointer string, want, got core.Value) {
	switch w := want.(type) {
	case core.Object:
		if len(w) == 1 && w[anything] == true {
			return
		}
		if g, ok := got.(core.Object); ok {
			p.compareMembers(pointer, w, g)
			for _, key := range slices.Sorted(maps.Keys(g)) {
				if _, expected := w[key]; !expected {
					p.extra(pointer+"/"+value.EscapePointer(key), g[key])
				}
			}
			return
		}
	case core.List:
		if g, ok := got.(core.List); ok {
			p.compareLists(pointer, w, g)
			return
		}
	}
	if !value.Equal(want, got) {
		w, g := excerpts(want, got)
		p.add("test.value", pointer, map[string]string{"want": w, "got": g})
	}
}

func (p *play) compareLists(pointer string, want, got core.List) {
	for i := range want {
		var item core.Value
		if i < len(got) {
			item = got[i]
		}
		p.compareMember(pointer+"/"+strconv.Itoa(i), want[i], item, i < len(got))
	}
	for i := len(want); i < len(got); i++ {
		p.extra(pointer+"/"+strconv.Itoa(i), got[i])
	}
}

func (p *play) extra(pointer string, got core.Value) {
	text, _ := excerpts(got, nil)
	p.add("test.value.extra", pointer, map[string]string{"got": text})
}

// comparePath says from where on other nodes ran.
func (p *play) comparePath(pointer string) {
	want, got := p.test.expect.path, p.ran
	if want == nil || slices.Equal(want, got) {
		return
	}
	same := 0
	for same < len(want) && same < len(got) && want[same] == got[same] {
		same++
	}
	p.add("test.order", pointer, map[string]string{
		"number": strconv.Itoa(same + 1), "want": sequence(want[same:]), "got": sequence(got[same:]),
	})
}

// sequence is a list of ids, short enough to be read.
func sequence(ids []string) string {
	const most = 20
	text := strings.Join(ids[:min(len(ids), most)], ", ")
	if len(ids) > most {
		text += ", …"
	}
	return "[" + text + "]"
}

// Bounds of the texts in which values are shown, in characters. What was asked may be copied into the test.
const (
	shownValue  = 160
	shownBefore = 30
	shownAsked  = 2_000
)

// excerpts shows two values as JSON, long ones from shortly before where they begin to differ.
func excerpts(want, got core.Value) (string, string) {
	w, g := []rune(jsonText(want)), []rune(jsonText(got))
	if len(w) <= shownValue && len(g) <= shownValue {
		return string(w), string(g)
	}
	same := 0
	for same < len(w) && same < len(g) && w[same] == g[same] {
		same++
	}
	from := max(same-shownBefore, 0)
	return excerpt(w, from, shownValue), excerpt(g, from, shownValue)
}

func excerpt(text []rune, from, most int) string {
	from = min(from, len(text))
	to := min(from+most, len(text))
	s := string(text[from:to])
	if from > 0 {
		s = "…" + s
	}
	if to < len(text) {
		s += "…"
	}
	return s
}
