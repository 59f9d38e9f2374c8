// Package failure keeps an [ops.Error] in a row, as such: its message has a column of the
// row's own, and stands in JSON where it always did; its code and its details are beside it.
package failure

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Failure is the code and the details of an error, to be embedded in what failed. It is zero
// where nothing did, and of what was written before they were kept.
type Failure struct {
	ErrorCode    ops.Code       `json:"error_code,omitempty"`
	ErrorDetails map[string]any `json:"error_details,omitempty"`
}

// Of returns the code and the details of an error, zero for nil.
func Of(err error) Failure {
	e := ops.AsError(err)
	if e == nil {
		return Failure{}
	}

	return Failure{ErrorCode: e.Code, ErrorDetails: e.Details}
}

// Err returns the error, with its message. What was written before codes were kept is a
// SERVICE_UNAVAILABLE of the control plane.
func (f Failure) Err(message string) *ops.Error {
	if f.ErrorCode == "" {
		return ops.Unavailable(ops.ServiceControlPlane, message)
	}

	return &ops.Error{Code: f.ErrorCode, Message: message, Details: f.ErrorDetails}
}

// Columns are error_code and error_details_json, NULL where nothing failed.
func (f *Failure) Columns() store.Columns {
	return store.Columns{{Name: "error_code", Value: code{f}}, {Name: "error_details_json", Value: details{f}}}
}

type code struct{ of *Failure }

func (c code) Value() (driver.Value, error) {
	if c.of.ErrorCode == "" {
		return nil, nil //nolint:nilnil // NULL
	}

	return string(c.of.ErrorCode), nil
}

func (c code) Scan(src any) error {
	var text sql.NullString

	err := text.Scan(src)
	c.of.ErrorCode = ops.Code(text.String)

	return err
}

// detailsMax bounds the details that are kept, in bytes: some rows are never deleted.
const detailsMax = 8 << 10

// details are read after the code, which says what is in them.
type details struct{ of *Failure }

func (d details) Value() (driver.Value, error) {
	if d.of.ErrorDetails == nil {
		return nil, nil //nolint:nilnil // NULL
	}

	data, err := json.Marshal(d.of.ErrorDetails)
	if err != nil || len(data) > detailsMax {
		return nil, err
	}

	return string(data), nil
}

func (d details) Scan(src any) error {
	var text sql.NullString
	if err := text.Scan(src); err != nil || !text.Valid {
		return err
	}

	var err error

	d.of.ErrorDetails, err = ops.DecodeDetails(d.of.ErrorCode, []byte(text.String))

	return err
}
