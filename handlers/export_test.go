package handlers

// Routes lists method and path of every route, and whether it needs the Ops role.
func Routes() (operatorsOnly [][2]string) {
	for _, r := range new(console).table() {
		if r.access == operators {
			operatorsOnly = append(operatorsOnly, [2]string{r.method, r.path})
		}
	}

	return operatorsOnly
}

// Acts lists method and path of every route that does something once for a key.
func Acts() map[string]bool {
	acts := map[string]bool{}
	for name := range new(console).acts() {
		acts[name] = true
	}

	return acts
}

// Kept is how many pages the console keeps, and what they take in bytes.
func (c *Console) Kept() (pages, size int) {
	c.kept.mu.Lock()
	defer c.kept.mu.Unlock()

	return len(c.kept.pages), c.kept.size
}

// KeptMost is the most that all kept pages take, in bytes, and KeptFor how long one is.
const (
	KeptMost = keptMost
	KeptFor  = keptFor
)
