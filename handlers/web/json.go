package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/ops"
)

// readObject reads one JSON object, in which no field stands twice: which of the two is
// meant nobody can tell.
func readObject(body []byte) (object map[string]json.RawMessage, err error) {
	if !utf8.Valid(body) {
		return nil, badBody(errors.New("the body is not UTF-8"))
	}

	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&object); err != nil {
		return nil, badBody(err)
	}

	if _, err := decoder.Token(); !errors.Is(err, io.EOF) || object == nil {
		return nil, badBody(errors.New("not one JSON object"))
	}

	twice, err := repeated(json.NewDecoder(bytes.NewReader(body)), "")
	if err != nil {
		return nil, badBody(err)
	}

	if twice != "" {
		return nil, ops.Invalid([]ops.FieldError{{Field: "body." + ops.Clip(twice), Message: givenTwice, Type: "duplicate"}})
	}

	return object, nil
}

// repeated reads a value and returns the first name that an object in it has twice.
func repeated(decoder *json.Decoder, path string) (twice string, err error) {
	token, err := decoder.Token()
	if err != nil {
		return "", err
	}

	opened, isDelim := token.(json.Delim)
	if !isDelim {
		return "", nil
	}

	names := map[string]bool{}

	for decoder.More() {
		name := path

		if opened == '{' {
			key, err := decoder.Token()
			if err != nil {
				return "", err
			}

			name = strings.TrimPrefix(path+"."+fmt.Sprint(key), ".")
			if names[name] {
				return name, nil
			}

			names[name] = true
		}

		if twice, err := repeated(decoder, name); err != nil || twice != "" {
			return twice, err
		}
	}

	_, err = decoder.Token() // its end

	return "", err
}
