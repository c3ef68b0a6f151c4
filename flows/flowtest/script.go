package flowtest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/flows/diag"
)

// every stands for all bodies of a container.
const every = "[*]"

// intoChild stands between a subflow's path and a path in the flow that it runs.
const intoChild = "/"

// matches reports whether a path is the one that is named, or one of those.
func matches(named, path string) bool {
	for {
		before, after, wild := strings.Cut(named, every)
		if !wild {
			return named == path
		}
		rest, ok := strings.CutPrefix(path, before+"[")
		end := strings.IndexByte(rest, ']')
		if !ok || end < 0 {
			return false
		}
		named, path = after, rest[end+1:]
	}
}

// script hands out the outcomes of a test.
type script struct {
	// pointer is where the effects stand.
	pointer string
	effects []effect
	// asked counts, for each effect, how often each path asked.
	asked []map[string]int
}

func newScript(t *Test) *script {
	s := &script{pointer: t.pointer + "/effects", effects: t.effects}
	for range t.effects {
		s.asked = append(s.asked, map[string]int{})
	}
	return s
}

// find is the effect for a path, -1 without one: of several, the one that leaves the least open, and the one that leaves
// it open further in.
func (s *script) find(path string) int {
	best := -1
	for i, e := range s.effects {
		if !matches(e.path, path) {
			continue
		}
		if best < 0 {
			best = i
			continue
		}
		was, is := strings.Count(s.effects[best].path, every), strings.Count(e.path, every)
		if is < was || is == was && e.path > s.effects[best].path {
			best = i
		}
	}
	return best
}

// next is the next outcome for a path, nil where there is none, with its number from 1 and the pointer of the outcomes.
// All that one name stands for have the same outcomes, each from the first.
func (s *script) next(path string) (o *outcome, number int, pointer string) {
	i := s.find(path)
	if i < 0 {
		return nil, 1, s.pointer
	}
	e := &s.effects[i]
	n := s.asked[i][path]
	s.asked[i][path]++
	if n < len(e.outcomes) {
		o = &e.outcomes[n]
	}
	return o, n + 1, e.pointer
}

// unused reports the outcomes that nobody asked for.
func (s *script) unused(f *findings) {
	for i, e := range s.effects {
		most := 0
		for _, n := range s.asked[i] {
			most = max(most, n)
		}
		if most < len(e.outcomes) {
			f.add("test.outcome.unused", e.outcomes[most].pointer, map[string]string{
				"path": e.path, "used": strconv.Itoa(most), "count": strconv.Itoa(len(e.outcomes)),
			})
		}
	}
}

var bodyNumber = regexp.MustCompile(`\[[0-9]+\]`)

// unknownPlace reports a path at which the flow asks for nothing. Within the flow of a subflow it is not looked at.
func unknownPlace(f *findings, places []string, path, pointer string) {
	own, _, _ := strings.Cut(path, intoChild)
	own = bodyNumber.ReplaceAllString(own, every)
	if !slices.Contains(places, own) {
		f.add("test.path.unknown", pointer, map[string]string{"path": path, "nearest": diag.Nearest(own, places)})
	}
}

// placesOf are the paths at which a plan may ask for something, with every body as one.
func placesOf(p *core.Plan) []string {
	var places []string
	var walk func(graph int, prefix string)
	walk = func(graph int, prefix string) {
		for _, i := range p.Graphs[graph].Nodes {
			n := &p.Nodes[i]
			path := prefix + n.ID
			if n.Compensate != nil {
				places = append(places, path+".compensate")
			}
			switch {
			case n.Body > 0:
				walk(n.Body, path+every+".")
			case n.Eval == nil:
				places = append(places, path)
			}
		}
	}
	walk(0, "")
	return places
}
