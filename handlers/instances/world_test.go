package instances_test

import "github.com/graph-olap/opsconsole/handlers/handlerstest"

// firstOutcome is the outcome of the first of the results.
func firstOutcome(data map[string]any) any {
	results, _ := data["results"].([]any)
	if len(results) == 0 {
		return nil
	}

	return handlerstest.At(results[0], "outcome")
}
