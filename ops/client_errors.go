package ops

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMessage is how much of a message that came from elsewhere is kept, in characters.
const maxMessage = 2000

// refusal is an answer of 400 and above, read.
type refusal struct {
	err *Error
	// said is the code as it came, which is not always one of the contract.
	said Code
	// certain is false when the call may have been carried out all the same.
	certain bool
}

// readRefusal reads the envelopes of the contract, section 3: {"error": {code,
// message, details}}, and FastAPI's {"detail": …} with an object, a text or a list.
// It is not ok when the body is none of them.
func readRefusal(status int, body []byte) (r refusal, ok bool) {
	var envelope struct {
		Error  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
	}

	if json.Unmarshal(body, &envelope) != nil {
		return r, false
	}

	for _, read := range []func() *Error{
		func() *Error { return readCoded(envelope.Error) },
		func() *Error { return readCoded(envelope.Detail) },
		func() *Error { return readDetail(envelope.Detail) },
	} {
		if r.err = read(); r.err != nil {
			break
		}
	}

	if r.err == nil {
		return r, false
	}

	r.said = r.err.Code
	// A gateway's 503 comes without a code, and then who knows what happened behind it.
	r.certain = status < http.StatusInternalServerError || (status == http.StatusServiceUnavailable && r.said != "")
	r.err.Code = codeFor(status, r.said)

	if r.err.Message = clean(r.err.Message); r.err.Message == "" {
		r.err.Message = fmt.Sprintf("The control plane answered HTTP %d", status)
	}

	return r, true
}

// readCoded reads {code, message, details}.
func readCoded(raw json.RawMessage) *Error {
	var coded struct {
		Code    Code           `json:"code"`
		Message string         `json:"message"`
		Details map[string]any `json:"details"`
	}

	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()

	if err := decoder.Decode(&coded); err != nil || coded.Code == "" {
		return nil //nolint:nilerr // it is of another shape, then
	}

	return &Error{Code: coded.Code, Message: coded.Message, Details: typedDetails(coded.Code, coded.Details)}
}

// DecodeDetails reads the details of an error of that code from JSON, with the types that
// [FieldErrors] and [RetryAfter] look for.
func DecodeDetails(code Code, data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()

	var details map[string]any
	if err := decoder.Decode(&details); err != nil {
		return nil, fmt.Errorf("the details of an error: %w", err)
	}

	return typedDetails(code, details), nil
}

// typedDetails gives what came as JSON the types of the contract.
func typedDetails(code Code, details map[string]any) map[string]any {
	integers(details)

	if list, ok := details["errors"]; ok && code == CodeValidationFailed {
		details["errors"] = readFieldErrors(list)
	}

	return details
}

// readDetail reads FastAPI's own answers: a text, or a list of what did not validate.
func readDetail(raw json.RawMessage) *Error {
	var text string
	if json.Unmarshal(raw, &text) == nil && text != "" {
		return &Error{Message: text}
	}

	var list []struct {
		Loc  []any  `json:"loc"`
		Msg  string `json:"msg"`
		Type string `json:"type"`
	}

	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		return nil //nolint:nilerr // it is of another shape, then
	}

	errs := make([]FieldError, len(list))

	for i, item := range list {
		path := make([]string, len(item.Loc))
		for j, part := range item.Loc {
			path[j] = fmt.Sprint(part)
		}

		errs[i] = FieldError{Field: declared(strings.Join(path, ".")), Message: aboutField(clean(item.Msg)), Type: item.Type}
	}

	return AsError(Invalid(errs))
}

// declared is the path of a field of the configuration where pydantic names one of the types that
// it may have behind it: body.mapping.max_ttl.timedelta.
func declared(path string) string {
	for _, s := range Sections() {
		for _, f := range s.Fields {
			if field := "body." + f.Name; strings.HasPrefix(path, field+".") {
				return field
			}
		}
	}

	return path
}

// aboutField begins a message of pydantic's so that it stands behind the name of its field: each
// begins with a capital, and none says what it is about.
func aboutField(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	if second, _ := utf8.DecodeRuneInString(message[size:]); size == 0 || unicode.IsUpper(second) { // JSON
		return message
	}

	return string(unicode.ToLower(first)) + message[size:]
}

// readFieldErrors turns details.errors into what [FieldErrors] returns.
func readFieldErrors(list any) []FieldError {
	items, _ := list.([]any)
	errs := make([]FieldError, 0, len(items))

	for _, item := range items {
		fields, _ := item.(map[string]any)
		text := func(name string) string {
			s, _ := fields[name].(string)

			return clean(s)
		}

		errs = append(errs, FieldError{Field: text("field"), Message: text("message"), Type: text("type")})
	}

	return errs
}

// codeFor keeps a code of the contract that agrees with the status. Of any other the
// status decides, so that [NotDone] takes no failure for a refusal and no refusal for
// a failure.
func codeFor(status int, code Code) Code {
	const failure = http.StatusInternalServerError

	// HTTPStatus is 500 for a code that it does not know.
	usual := code.HTTPStatus()
	if usual == status && code.known() || usual < failure && status < failure {
		return code
	}

	switch status {
	case http.StatusUnauthorized:
		return CodeUnauthorized
	case http.StatusForbidden:
		return CodeInsufficientRole
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return CodeNotFound
	case http.StatusConflict:
		return CodeConflict
	case http.StatusTooManyRequests:
		return CodeRateLimitExceeded
	case http.StatusServiceUnavailable:
		return CodeServiceUnavailable
	}

	if status < http.StatusInternalServerError {
		return CodeValidationFailed
	}

	return CodeInternal
}

// integers makes whole numbers int, as the embedded control plane has them, and
// other numbers float64.
func integers(fields map[string]any) {
	for name, value := range fields {
		number, ok := value.(json.Number)
		if !ok {
			continue
		}

		if whole, err := number.Int64(); err == nil {
			fields[name] = int(whole)
		} else if fraction, err := number.Float64(); err == nil {
			fields[name] = fraction
		}
	}
}

// clean makes a text from elsewhere fit to show: no control characters, not too long.
func clean(s string) string {
	return Shorten(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}

		return r
	}, s)), maxMessage)
}
