package diag

import (
	"slices"
	"strings"
)

// Nearest is the name most like the wanted one, for "did you mean"; empty when none is near enough to be meant. Of
// equally near names the first in alphabetical order is taken. Case does not count.
func Nearest(want string, names []string) string {
	w := []rune(strings.ToLower(want))
	if len(w) == 0 || len(w) > maxCompared {
		return ""
	}
	best, bestDistance := "", (len(w)+1)/3+1
	for _, name := range names {
		n := []rune(strings.ToLower(name))
		if name == want || len(n) > maxCompared || abs(len(n)-len(w)) > bestDistance {
			continue
		}
		d := distance(w, n)
		if d < bestDistance || d == bestDistance && best != "" && name < best {
			best, bestDistance = name, d
		}
	}
	return best
}

// maxCompared bounds the length of names that are compared, since the time grows with its square.
const maxCompared = 64

func abs(n int) int { return max(n, -n) }

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b (Damerau and
// Levenshtein, restricted: no part is edited twice).
func distance(a, b []rune) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last = last, slices.Clone(row)
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
