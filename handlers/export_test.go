package handlers

// Routes lists method and path of every route, and whether it needs the Ops role.
func Routes() (operatorsOnly [][2]string) {
	for _, r := range table() {
		if r.access == operators {
			operatorsOnly = append(operatorsOnly, [2]string{r.method, r.path})
		}
	}

	return operatorsOnly
}
