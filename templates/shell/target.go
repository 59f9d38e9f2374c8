package shell

// Target is a page or an action that the palette leads to.
type Target struct{ Label, Path string }

// Pages are those whose name is wanted.
func (s Shell) Pages(wanted func(label string) bool) (found []Target) {
	for _, item := range s.pages() {
		if wanted(item.Label) {
			found = append(found, Target{item.Label, item.Path})
		}
	}

	return found
}

// Actions are those whose name is wanted.
func Actions(wanted func(label string) bool) (found []Target) {
	for _, a := range actions() {
		if wanted(a.Label) {
			found = append(found, Target{a.Label, a.Path})
		}
	}

	return found
}
