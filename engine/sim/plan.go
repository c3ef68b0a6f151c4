package sim

import (
	"fmt"
	"slices"
	"strings"
)

// author writes a random plan as enginetest.Plan reads it.
type author struct {
	c Chooser
	b strings.Builder
	// orderly plans give the same result in whatever order answers come: nothing races.
	orderly bool
	nodes   int
	depth   int
}

// maxNodes bounds a plan.
const maxNodes = 14

// write gives a plan's text.
func write(c Chooser, orderly bool) string {
	a := &author{c: c, orderly: orderly}
	if chance(c, 3) {
		a.line("fuel %d", 1+c.Pick(4))
	}
	if !orderly {
		if chance(c, 5) {
			a.line("timeout %dm", 1+c.Pick(90))
		}
		if chance(c, 12) {
			a.line("maxSteps %d", 1+c.Pick(12))
		}
	}
	a.graph()
	return a.b.String()
}

func (a *author) line(format string, args ...any) {
	fmt.Fprintf(&a.b, "%s%s\n", strings.Repeat("  ", a.depth), fmt.Sprintf(format, args...))
}

// placed is a node that edges may lead from.
type placed struct {
	id    string
	ports []string
}

// graph writes nodes, and edges to each from those before it.
func (a *author) graph() {
	var before []placed
	for range 1 + a.c.Pick(5) {
		if a.nodes >= maxNodes && len(before) > 0 {
			return
		}
		id := fmt.Sprintf("n%d", a.nodes)
		a.nodes++
		sources := a.sources(before)
		ports := a.node(id, a.join(len(sources)))
		for _, from := range sources {
			a.line("%s -> %s", from, id)
		}
		before = append(before, placed{id, ports})
	}
}

// sources chooses the ports that edges to the next node leave.
func (a *author) sources(before []placed) []string {
	var from []string
	if len(before) == 0 {
		return nil
	}
	for range a.c.Pick(4) {
		p := before[len(before)-1-a.c.Pick(min(3, len(before)))]
		port := p.id + "." + p.ports[a.c.Pick(len(p.ports))]
		if !contains(from, port) {
			from = append(from, port)
		}
	}
	return from
}

func contains(list []string, s string) bool {
	return slices.Contains(list, s)
}

func (a *author) join(edges int) string {
	if a.orderly || edges < 2 || !chance(a.c, 2) {
		return ""
	}
	join := " join=any"
	if edges > 2 && chance(a.c, 2) {
		join = " join=2"
	}
	if chance(a.c, 2) {
		join += " cancelRest"
	}
	return join
}

// node writes a node and gives the ports that edges may leave.
func (a *author) node(id, join string) []string {
	out := []string{"out", "out", "error"}
	switch a.c.Pick(16) {
	case 0, 1, 2, 3, 4:
		if strings.HasSuffix(join, "=any") && chance(a.c, 2) {
			// Late edges have to find it held, too.
			join += " write pause"
		}
		a.line("%s: task%s%s", id, join, a.task(id))
		return out
	case 5:
		a.line("%s: const%s value=%q%s", id, join, id, a.compensate(id))
	case 6:
		a.line("%s: choose%s on=%s ports=a,b", id, join, []string{`"a"`, `"b"`, `["a","b"]`}[a.c.Pick(3)])
		return []string{"a", "b"}
	case 7:
		return a.trouble(id, join)
	case 8, 9:
		return a.container(id, join, fmt.Sprintf("foreach items=[1,2,3] concurrency=%d%s", 1+a.c.Pick(3), a.early()), "out", "error")
	case 10:
		delay := []string{"", " delay=20s"}[a.c.Pick(2)]
		return a.container(id, join, fmt.Sprintf("repeat max=%d%s", 1+a.c.Pick(3), delay), "exhausted", "exhausted", "error")
	case 11:
		// A lock of its own: one key asked for within itself would wait for ever.
		lock := []string{"", fmt.Sprintf(" lock=%q", id)}[a.c.Pick(2)]
		return a.container(id, join, "group"+lock, "out", "error")
	case 12:
		a.line("%s: subflow%s flow=child%s%s", id, join, []string{"", " detach"}[a.c.Pick(2)], a.timeout())
	case 13:
		a.line("%s: wait%s for=%ds%s", id, join, a.c.Pick(3)*30, a.timeout())
	case 14:
		return a.await(id, join)
	case 15:
		a.line("%s: respond%s", id, join)
	}
	return out
}

// task writes the options of a task. In an orderly plan its failure never fails the run: which of two came first would
// be a race.
func (a *author) task(id string) string {
	s := a.compensate(id)
	if chance(a.c, 2) {
		s += " write"
		if chance(a.c, 3) {
			s += " pause"
		}
	}
	if chance(a.c, 2) {
		s += fmt.Sprintf(" retry=%d delay=%ds", 1+a.c.Pick(2), a.c.Pick(3))
	}
	if a.orderly || chance(a.c, 4) {
		s += " onError=continue"
	}
	return s
}

func (a *author) compensate(id string) string {
	if chance(a.c, 2) {
		return fmt.Sprintf(` compensate=["$nodes.%s","$item","$index"]`, id)
	}
	return ""
}

func (a *author) timeout() string {
	if a.orderly || !chance(a.c, 3) {
		return ""
	}
	s := fmt.Sprintf(" timeout=%ds", 10+a.c.Pick(60))
	if chance(a.c, 2) {
		s += " retry=1 delay=1s"
	}
	return s
}

func (a *author) early() string {
	if a.orderly {
		return []string{"", " collect"}[a.c.Pick(2)]
	}
	return []string{"", "", " collect", " enough=index>=1"}[a.c.Pick(4)]
}

// trouble writes a node that fails or ends the run.
func (a *author) trouble(id, join string) []string {
	switch {
	case a.orderly:
		a.line("%s: fail%s code=trouble onError=continue", id, join)
	case chance(a.c, 3):
		a.line("%s: end%s status=%s code=ended%s", id, join, []string{"succeeded", "failed", "cancelled"}[a.c.Pick(3)], a.compensate(id))
	default:
		a.line("%s: fail%s code=trouble", id, join)
		return []string{"error"}
	}
	return []string{"out"}
}

func (a *author) await(id, join string) []string {
	if a.orderly {
		a.line("%s: await on=paid:1", id)
		return []string{"paid"}
	}
	a.line("%s: await%s on=paid:1,closed:1 limit=%ds%s", id, join, 10+a.c.Pick(60), a.timeout())
	return []string{"paid", "closed", "timeout", "error"}
}

func (a *author) container(id, join, kind string, ports ...string) []string {
	if a.depth == 3 || a.nodes >= maxNodes {
		a.line("%s: echo%s", id, join)
		return []string{"out"}
	}
	if a.orderly {
		kind += " onError=continue"
	}
	a.line("%s: %s%s%s%s {", id, kind, join, a.compensate(id), a.timeout())
	a.depth++
	a.graph()
	a.depth--
	a.line("}")
	return ports
}
