package health

import "context"

// Ask has the component of that name asked so, without the network or a database.
func (c *Checker) Ask(name string, ask func(ctx context.Context) error) {
	for _, component := range c.components {
		if component.name == name {
			component.probe, component.proof = ask, nil
		}
	}
}
