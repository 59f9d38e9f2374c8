package app

import (
	"cmp"
	"context"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/components"
)

// answersEvery is how old what users are told of components is at most.
const answersEvery = 5 * time.Minute

// observe has users be told how components answered: nothing, unless some are named.
func (a *App) observe(feeds *announce.Feeds) {
	named := a.config.Maintenance.Components
	if len(named) == 0 {
		return
	}

	names := make([]string, 0, len(named))
	for _, c := range named {
		names = append(names, c.Name)
	}

	answers := monitor.NewAnswers(a.db, now, names)

	a.background = append(a.background, every(answersEvery, a.logger, "when components answered", func(ctx context.Context) error {
		seen, err := answers.Look(ctx)
		feeds.Observe(observed(named, seen))

		return err
	}))
}

// observed is what was seen of the components, under the names that users read.
func observed(named []config.NamedComponent, seen monitor.Answered) announce.Observed {
	out := announce.Observed{At: seen.At}

	for _, c := range named {
		component := announce.Component{Name: cmp.Or(c.Label, components.Word(c.Name))}

		for _, s := range seen.Spans {
			switch span := (announce.Span{Since: s.Since, Until: s.Until}); {
			case s.Component != c.Name:
			case s.Status == monitor.Answering:
				component.Answered = append(component.Answered, span)
			case s.Status == monitor.NotAnswering:
				component.Silent = append(component.Silent, span)
			}
		}

		out.Components = append(out.Components, component)
	}

	return out
}
