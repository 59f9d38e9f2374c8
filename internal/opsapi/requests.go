package opsapi

import (
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// What each body holds. Types are checked here; ranges, lengths and what belongs
// together by the platform, which must do it for its callers in process too.

// sectionUpdate takes out the fields that the section has. A duration may be absent or
// null, which leaves it as it is.
func sectionUpdate[U any](name ops.SectionName) func(*object) U {
	return func(o *object) (update U) {
		section, err := ops.SectionOf(name)
		if err != nil {
			o.fail("section", err.Error())
		}

		values := ops.Values{}

		for _, f := range section.Fields {
			if value := field(o, f); value != nil {
				values[f.Name] = value
			}
		}

		if err := values.Decode(&update); err != nil {
			o.fail("type", err.Error())
		}

		return update
	}
}

// field takes out one field of a section; nil when it is absent.
func field(o *object, f ops.Field) any {
	name := f.Name

	if group, leaf, nested := strings.Cut(f.Name, "."); nested {
		if o = o.nested(group); o == nil {
			return nil
		}

		name = leaf
	}

	if f.Optional && o.fields[name] == nil {
		return f.Default
	}

	switch f.Kind {
	case ops.KindInt:
		return required(o, name, parseInt)
	case ops.KindBool:
		return required(o, name, parseBool)
	case ops.KindText:
		return required(o, name, text)
	case ops.KindDuration:
		if value := optional(o, name, text); value != nil {
			return *value
		}
	}

	return nil
}

func jobTrigger(o *object) ops.JobTrigger {
	return ops.JobTrigger{JobName: ops.JobName(required(o, "job_name", text)), Reason: required(o, "reason", text)}
}

func instanceRequest(o *object) ops.InstanceRequest {
	return ops.InstanceRequest{
		MappingID:         int64(required(o, "mapping_id", parseInt)),
		MappingVersion:    optional(o, "mapping_version", parseInt),
		WrapperType:       required(o, "wrapper_type", text),
		Name:              required(o, "name", text),
		Description:       optional(o, "description", text),
		TTL:               optional(o, "ttl", text),
		InactivityTimeout: optional(o, "inactivity_timeout", text),
		CPUCores:          optional(o, "cpu_cores", parseInt),
	}
}

func instanceLifecycle(o *object) ops.InstanceLifecycle {
	return ops.InstanceLifecycle{TTL: optional(o, "ttl", text), InactivityTimeout: optional(o, "inactivity_timeout", text)}
}
