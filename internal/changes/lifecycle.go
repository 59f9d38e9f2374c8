package changes

import (
	"context"
	"encoding/json"

	"github.com/graph-olap/opsconsole/ops"
)

// The lifecycle section holds the nine durations of ops.LifecycleConfig; their names
// are the paths into its JSON, so JSON carries the values across.

func lifecycle() Section {
	section := Section{
		Name: Lifecycle, Title: "Lifecycle",
		read: func(ctx context.Context, service ops.Service) (reading, error) {
			c, err := service.GetLifecycleConfig(ctx)
			if err != nil {
				return reading{}, err
			}

			var values Values

			err = convert(c, &values)

			return reading{values: values}, err
		},
		write: func(ctx context.Context, service ops.Service, before, after Values) error {
			update, err := lifecycleUpdate(before, after)
			if err != nil {
				return err
			}

			_, err = service.UpdateLifecycleConfig(ctx, update)

			return err
		},
		validate: func(after Values) error {
			var config ops.LifecycleConfig
			if err := convert(after, &config); err != nil {
				return err
			}

			return config.Validate()
		},
	}

	kinds := []struct{ name, label string }{{"mapping", "Mapping"}, {"snapshot", "Snapshot"}, {"instance", "Instance"}}
	durations := []struct{ name, label, short, help string }{
		{
			"default_ttl", "time to live", "Time to live",
			"A new one is deleted this long after it was made, unless its owner says otherwise.",
		},
		{"default_inactivity", "inactivity", "Inactivity", "A new one counts as idle after this long without use."},
		{"max_ttl", "longest time to live", "Longest time to live", "Nobody can ask for longer."},
	}

	for _, kind := range kinds {
		for _, d := range durations {
			section.Fields = append(section.Fields, Field{
				Name: kind.name + "." + d.name, Label: kind.label + " " + d.label, Group: kind.label, Short: d.short,
				Kind: KindDuration, Help: d.help,
			})
		}
	}

	return section
}

// lifecycleUpdate names only what differs; no expiry is sent as "".
func lifecycleUpdate(before, after Values) (ops.LifecycleUpdate, error) {
	changed := Values{}

	for _, d := range lifecycle().Diff(before, after) {
		if changed[d.Field.Name] = d.After; d.After == nil {
			changed[d.Field.Name] = ""
		}
	}

	var update ops.LifecycleUpdate

	err := convert(changed, &update)

	return update, err
}

func convert(from, to any) error {
	data, err := json.Marshal(from)
	if err != nil {
		return err
	}

	return json.Unmarshal(data, to)
}
