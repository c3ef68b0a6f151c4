package mail

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// toHTML shows the Markdown that robots take as well: headings, quotes, lists, bold, italic, code and links to the web.
// All else, tags among it, shows as it was written.
func toHTML(markdown string) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html><body>\n")
	list := ""
	within := func(kind string) {
		if list == kind {
			return
		}
		if list != "" {
			b.WriteString("</" + list + ">\n")
		}
		if list = kind; kind != "" {
			b.WriteString("<" + kind + ">\n")
		}
	}
	code := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "```") {
			within("")
			if code = !code; code {
				b.WriteString("<pre>")
			} else {
				b.WriteString("</pre>\n")
			}
			continue
		}
		if code {
			b.WriteString(html.EscapeString(line) + "\n")
			continue
		}
		kind, block := blockOf(line)
		within(kind)
		b.WriteString(block)
	}
	if code {
		b.WriteString("</pre>\n")
	}
	within("")
	b.WriteString("</body></html>\n")
	return b.String()
}

var (
	heading = regexp.MustCompile(`^(#{1,6}) +(.*)$`)
	bullet  = regexp.MustCompile(`^ *[-*+] +(.*)$`)
	number  = regexp.MustCompile(`^ *[0-9]{1,9}[.)] +(.*)$`)
)

// blockOf is a line as HTML, and the list that it is in.
func blockOf(line string) (list, block string) {
	if m := heading.FindStringSubmatch(line); m != nil {
		tag := "h" + string(rune('0'+len(m[1])))
		return "", "<" + tag + ">" + inline(m[2]) + "</" + tag + ">\n"
	}
	if m := bullet.FindStringSubmatch(line); m != nil {
		return "ul", "<li>" + inline(m[1]) + "</li>\n"
	}
	if m := number.FindStringSubmatch(line); m != nil {
		return "ol", "<li>" + inline(m[1]) + "</li>\n"
	}
	if rest, ok := strings.CutPrefix(line, ">"); ok {
		return "blockquote", inline(strings.TrimSpace(rest)) + "<br>\n"
	}
	if strings.TrimSpace(line) == "" {
		return "", "<br>\n"
	}
	return "", inline(line) + "<br>\n"
}

// The patterns are of text that is escaped already: what they put around it is all the markup there is.
var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	link     = regexp.MustCompile(`\[([^\[\]]+)\]\(((?:https?://|mailto:)[^\s()]+)\)`)
	bold     = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	place    = regexp.MustCompile("\x00[0-9]+\x00")
	italic   = regexp.MustCompile(`\*([^*\s][^*]*)\*`)
)

func inline(text string) string {
	text = html.EscapeString(text)
	// Code spans and links are taken out, so that nothing within them is read as markup.
	var kept []string
	keep := func(markup string) string {
		kept = append(kept, markup)
		return "\x00" + strconv.Itoa(len(kept)-1) + "\x00"
	}
	text = strings.ReplaceAll(text, "\x00", "")
	text = codeSpan.ReplaceAllStringFunc(text, func(s string) string { return keep("<code>" + s[1:len(s)-1] + "</code>") })
	text = link.ReplaceAllStringFunc(text, func(s string) string {
		m := link.FindStringSubmatch(s)
		return keep(`<a href="` + m[2] + `">` + m[1] + `</a>`)
	})
	text = bold.ReplaceAllString(text, "<b>$1</b>")
	text = italic.ReplaceAllString(text, "<i>$1</i>")
	put := func(s string) string {
		i, _ := strconv.Atoi(strings.Trim(s, "\x00"))
		return kept[i]
	}
	// A link's text may hold a code span, and nothing lies deeper.
	text = place.ReplaceAllStringFunc(text, put)
	return place.ReplaceAllStringFunc(text, put)
}
