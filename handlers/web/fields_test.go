package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/ops"
)

// sent reads what was sent as a field of each kind.
func sent(t *testing.T, kind, body string) (f *web.Fields, wrong string) {
	t.Helper()

	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("Content-Type", kind)

	p := web.PageOf(echo.New().NewContext(request, httptest.NewRecorder()), now)

	f, err := p.Fields()
	if err == nil {
		f.Text("text")
		f.TextOrNumber("revision")
		f.Bool("bool")
		f.Number("number")
		f.Time("time")
		f.Texts("texts")
		err = f.Done()
	}

	return f, strings.TrimPrefix(ops.FieldText(err), "; ")
}

func TestFormsAndJSONAreReadAlike(t *testing.T) {
	t.Parallel()

	const form, json = "application/x-www-form-urlencoded", "application/json"

	for _, c := range []struct{ kind, body, wrong string }{
		{form, "", ""},
		{form, "text=a&bool=on&number=5&time=2026-03-01T14:00:00Z&texts=a&texts=b&revision=7", ""},
		{json, `{"text": "a", "bool": true, "number": "5", "time": null, "texts": ["a", "b"], "revision": 7}`, ""},
		{form, "text=a&text=b&bool=maybe", "text: is given twice; bool: must be true or false"},
		{json, `{"text": 5, "bool": "on"}`, "text: must be text; bool: must be true or false"},
		{form, "number=0&time=noon", "number: must be a whole number above 0; time: must be a date and time with its zone, such as 2026-03-01T14:00:00Z"},
		{json, `{"number": -1, "texts": "a"}`, "number: must be a whole number above 0; texts: must be an array of strings"},
		{json, `{"a": {"b": 1, "b": 2}}`, "a.b: is given twice"},
		{form, "junk=1&name=&until=soon", "junk: is not a field of this form; until: is not a field of this form"},
		{form, "name=&name=hidden", "name: is not a field of this form"},
		{json, `{"junk": 1, "name": ""}`, "junk: is not a field of this form; name: is not a field of this form"},
		{form, "text=%ff", "text: is not text in UTF-8"},
		{"text/plain", "text=a", "header.content-type: must be application/x-www-form-urlencoded or application/json"},
		{form, `{"text": "hidden"}`, "header.content-type: must be application/json for JSON"},
	} {
		if _, wrong := sent(t, c.kind, c.body); wrong != c.wrong {
			t.Errorf("%s %s: got %q, want %q", c.kind, c.body, wrong, c.wrong)
		}
	}
}

func TestWhatWasTypedIsGivenBack(t *testing.T) {
	t.Parallel()

	f, _ := sent(t, "application/x-www-form-urlencoded", "text=a%ff&bool=maybe")
	if f.Form().Get("text") != "a\uFFFD" || f.Form().Get("bool") != "maybe" {
		t.Errorf("got %v, want a\uFFFD and maybe", f.Form())
	}
}
