package ops

import "slices"

// SectionName names a section of the configuration, as in /api/config/{section}.
type SectionName string

// The sections of the contract.
const (
	SectionLifecycle   SectionName = "lifecycle"
	SectionConcurrency SectionName = "concurrency"
	SectionMaintenance SectionName = "maintenance"
	SectionExport      SectionName = "export"
)

// Title is how a person knows the section; the name of one that there is not.
func (n SectionName) Title() string {
	s, err := SectionOf(n)
	if err != nil {
		return string(n)
	}

	return s.Title
}

// Section describes one part of the configuration.
type Section struct {
	Name   SectionName
	Title  string
	Fields []Field
}

// SectionOf returns the section of that name, RESOURCE_NOT_FOUND when there is none.
func SectionOf(name SectionName) (Section, error) {
	for _, s := range sections() {
		if s.Name == name {
			s.Fields = slices.Clone(s.Fields)

			return s, nil
		}
	}

	return Section{}, NotFound("configuration section", name)
}

// FieldOf returns a field of a section, by the names of both.
func FieldOf(section SectionName, name string) (Field, bool) {
	for _, s := range sections() {
		if s.Name == section {
			return s.Field(name)
		}
	}

	return Field{}, false
}

// section returns the section of one of the constants.
func section(name SectionName) Section {
	all := sections()

	return all[slices.IndexFunc(all, func(s Section) bool { return s.Name == name })]
}

// Defaults are what a new platform starts with.
func (s Section) Defaults() Values {
	values := Values{}
	for _, f := range s.Fields {
		values[f.Name] = f.Default
	}

	return values
}

// required are the names at the top of the section's JSON without which an answer of it
// cannot be read.
func (s Section) required() []string {
	var names []string

	for _, f := range s.Fields {
		if name := groupOf(f.Name); !f.Optional && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}

	return names
}

// Field returns the field of that name.
func (s Section) Field(name string) (Field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}

	return Field{}, false
}

// Key is where the platform keeps a field: the key of the table global_config, section 7
// of the contract.
func (s Section) Key(f Field) string { return string(s.Name) + "." + f.Name }

// Difference is one field of two sets of values that differ.
type Difference struct {
	Field  Field `json:"field"`
	Before any   `json:"before"`
	After  any   `json:"after"`
}

// Diff lists the fields that differ, in the section's order.
func (s Section) Diff(before, after Values) []Difference {
	var out []Difference

	for _, f := range s.Fields {
		if !f.Equal(before[f.Name], after[f.Name]) {
			out = append(out, Difference{Field: f, Before: before[f.Name], After: after[f.Name]})
		}
	}

	return out
}

// Equal reports whether every field means the same in both.
func (s Section) Equal(a, b Values) bool { return len(s.Diff(a, b)) == 0 }

// EqualIn reports whether the named fields mean the same in both.
func (s Section) EqualIn(fields []string, a, b Values) bool {
	return !slices.ContainsFunc(s.Diff(a, b), func(d Difference) bool { return slices.Contains(fields, d.Field.Name) })
}
