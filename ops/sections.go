package ops

import (
	"slices"
	"sync"
)

// MessageMax is the longest maintenance message, in characters.
const MessageMax = 10000

// Sections lists all four with every field, in the order of the contract. It is the one
// description of the configuration: bounds, forms, the API's document and the storage
// follow from it. What is returned is the caller's.
func Sections() []Section {
	all := slices.Clone(sections())
	for i := range all {
		all[i].Fields = slices.Clone(all[i].Fields)
	}

	return all
}

// sections are made once: each name of a field on a page is looked for in them.
//
//nolint:gochecknoglobals // nothing of them ever changes
var sections = sync.OnceValue(makeSections)

func makeSections() []Section {
	return []Section{
		{Name: SectionLifecycle, Title: "Lifecycle", Fields: slices.Concat(
			durations("mapping", "Mapping", nil, "P30D", "P365D"),
			durations("snapshot", "Snapshot", "P7D", "P3D", "P30D"),
			durations("instance", "Instance", "PT24H", "PT4H", "P7D"),
		)},
		{Name: SectionConcurrency, Title: "Concurrency limits", Fields: []Field{
			{
				Name: "per_analyst", Label: "Per analyst", Kind: KindInt, Unit: "instances", Min: 1, Max: 100,
				Default: int64(5), Help: "How many instances one analyst may hold at a time.",
			},
			{
				Name: "cluster_total", Label: "Cluster total", Kind: KindInt, Unit: "instances", Min: 1, Max: 1000,
				Default: int64(50), Help: "How many instances the cluster may hold at a time.",
			},
		}},
		{Name: SectionMaintenance, Title: "Maintenance mode", Fields: []Field{
			{
				Name: "enabled", Label: "Maintenance mode", Kind: KindBool,
				Default: false, Help: "While it is on, nobody can create an instance; running instances keep running.",
			},
			{
				Name: "message", Label: "Message", Kind: KindText, Max: MessageMax, Optional: true,
				Default: "", Help: "What users see when they are refused.",
			},
		}},
		{Name: SectionExport, Title: "Export limits", Fields: []Field{
			{
				Name: "max_duration_seconds", Label: "Longest export", Kind: KindInt, Unit: "seconds",
				Min: 60, Max: 86400,
				Default: int64(3600), Help: "An export that runs longer is stopped.",
			},
		}},
	}
}

// durations are the three fields of one kind of resource, with their defaults.
func durations(name, label string, ttl, inactivity, longest any) []Field {
	return []Field{
		{
			Name: name + ".default_ttl", Label: label + " time to live", Group: label, Short: "Time to live", Kind: KindDuration,
			AtMost: name + ".max_ttl", Default: ttl,
			Help: "A new one is deleted this long after it was made, unless its owner says otherwise.",
		},
		{
			Name: name + ".default_inactivity", Label: label + " inactivity", Group: label, Short: "Inactivity", Kind: KindDuration,
			Default: inactivity, Help: "A new one counts as idle after this long without use.",
		},
		{
			Name: name + ".max_ttl", Label: label + " longest time to live", Group: label, Short: "Longest time to live",
			Kind: KindDuration, Default: longest, Help: "Nobody can ask for longer.",
		},
	}
}
