package web_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/ops"
)

func TestMessagesBecomeSentences(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		messages []string
		want     string
	}{
		{nil, ""},
		{[]string{"", " "}, ""},
		{[]string{"must be text"}, "Must be text."},
		{[]string{"Look that its address is right", "These are the values"}, "Look that its address is right. These are the values."},
		{[]string{"It is off.", "Is it?", "one: "}, "It is off. Is it? One:"},
		{[]string{"über 100"}, "Über 100."},
	} {
		if got := web.Sentences(c.messages...); got != c.want {
			t.Errorf("%q: got %q, want %q", c.messages, got, c.want)
		}
	}
}

func TestWhatIsWrongStandsBesideItsFieldOrAboveTheForm(t *testing.T) {
	t.Parallel()

	wrong := web.Sort(ops.Invalid([]ops.FieldError{
		{Field: "body.reason", Message: "must be text"},
		{Field: "body.reason", Message: "is given twice"},
		{Field: "body.junk", Message: "is not a field of this form"},
		{Field: "body.revision", Message: "Something changed since"},
	}), web.Has("reason", "name"))

	const above = "Junk: is not a field of this form. Something changed since."
	if wrong.Fields["reason"] != "Must be text." || len(wrong.Fields) != 1 || wrong.Problem != above {
		t.Errorf("got %+v, want %q above", wrong, above)
	}

	if wrong := web.Sort(ops.NotFound("lease", 5), web.Has("reason")); wrong.Problem != "Lease 5 not found." || len(wrong.Fields) != 0 {
		t.Errorf("got %+v, want that lease 5 is not found and no fields", wrong)
	}

	if wrong := web.Sort(nil, web.Has()); wrong.Problem != "" || len(wrong.Fields) != 0 {
		t.Errorf("got %+v, want nothing wrong", wrong)
	}
}
