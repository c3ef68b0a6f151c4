package diag

import (
	"maps"
	"slices"
	"strings"
)

// Language of a text.
type Language string

// The languages of the catalogue.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Entry is one code of the catalogue.
type Entry struct {
	Code string
	// Severity is empty for a failure of a run, which is no finding on a document.
	Severity Severity
	EN, ZH   Text
}

// Text is what a code says in one language. {name} in a message stands for a parameter; a part in [brackets] is left
// out when a parameter in it is empty. Help is a paragraph without parameters: what the code means and what to do.
type Text struct {
	Message, Help string
}

// In is the entry's text in a language; English where the language is none of the catalogue's.
func (e Entry) In(lang Language) Text {
	if lang == Chinese {
		return e.ZH
	}
	return e.EN
}

// Catalogue is every code, sorted.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// Find is the entry of a code.
func Find(code string) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(catalogue, code, func(e Entry, code string) int { return strings.Compare(e.Code, code) })
	if !ok {
		return Entry{}, false
	}
	return catalogue[i], true
}

var catalogue = sorted(documentCodes, nodeCodes, configCodes, runCodes, effectCodes, dbCodes, flowTestCodes, webhookCodes, queueCodes, apiCodes, debugCodes)

func sorted(parts ...[]Entry) []Entry {
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// Render is the message of a code in a language with its parameters filled in. A code that is not in the catalogue
// gives the code itself.
func Render(code string, lang Language, params map[string]string) string {
	e, ok := Find(code)
	if !ok {
		return code
	}
	return fill(e.In(lang).Message, spoken(params, lang))
}

// In names the parameter that stands for name in a language: a parameter that is itself a text, such as what another
// parser found wrong, may be given in each.
func In(name string, lang Language) string { return name + "." + string(lang) }

// spoken takes the parameters that are texts in the language of the message.
func spoken(params map[string]string, lang Language) map[string]string {
	if lang == English {
		return params
	}
	said := maps.Clone(params)
	for name := range params {
		if text, ok := params[In(name, lang)]; ok {
			said[name] = text
		}
	}
	return said
}

func fill(message string, params map[string]string) string {
	var out strings.Builder
	for message != "" {
		open := strings.IndexByte(message, '[')
		if open < 0 {
			break
		}
		end := strings.IndexByte(message[open:], ']')
		if end < 0 {
			break
		}
		fillPart(&out, message[:open], params)
		part := message[open+1 : open+end]
		if !slices.ContainsFunc(names(part), func(name string) bool { return params[name] == "" }) {
			fillPart(&out, part, params)
		}
		message = message[open+end+1:]
	}
	fillPart(&out, message, params)
	return out.String()
}

func fillPart(out *strings.Builder, part string, params map[string]string) {
	for {
		before, rest, found := strings.Cut(part, "{")
		out.WriteString(before)
		if !found {
			return
		}
		name, after, _ := strings.Cut(rest, "}")
		out.WriteString(params[name])
		part = after
	}
}

// names are the parameters of a message, in the order they stand.
func names(message string) []string {
	var found []string
	for {
		_, rest, ok := strings.Cut(message, "{")
		if !ok {
			return found
		}
		name, after, _ := strings.Cut(rest, "}")
		found = append(found, name)
		message = after
	}
}
