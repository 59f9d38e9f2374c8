package alertmanagertest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
)

// all are the silences with the state that the clock says, those that are over last.
func (d *Double) all() []alertmanager.Silence {
	all := []alertmanager.Silence{}

	for _, s := range d.silences {
		s.Status.State = d.state(s)
		all = append(all, s)
	}

	slices.SortFunc(all, func(a, b alertmanager.Silence) int { return b.EndsAt.Compare(a.EndsAt) })

	return all
}

func (d *Double) state(s alertmanager.Silence) alertmanager.State {
	switch now := d.now(); {
	case now.Before(s.StartsAt):
		return alertmanager.Pending
	case now.Before(s.EndsAt):
		return alertmanager.Active
	default:
		return alertmanager.Expired
	}
}

func (d *Double) expire(id string) bool {
	s, there := d.silences[id]
	if there && d.state(s) != alertmanager.Expired {
		now := d.now()
		if now.Before(s.StartsAt) {
			s.StartsAt = now
		}

		s.EndsAt, s.UpdatedAt = now, now
		d.silences[id] = s
	}

	return there
}

// post makes a silence, or changes one where Alertmanager would.
func (d *Double) post(w http.ResponseWriter, r *http.Request) {
	var s alertmanager.Silence
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		tell(w, http.StatusUnprocessableEntity, map[string]any{"code": http.StatusUnprocessableEntity, "message": err.Error()})

		return
	}

	now := d.now()
	before, there := d.silences[s.ID]

	switch wrong := refusal(s); {
	case s.EndsAt.Before(now):
		tell(w, http.StatusBadRequest, "Failed to create silence: end time can't be in the past")

		return
	case wrong != "":
		tell(w, http.StatusBadRequest, "silence invalid: "+wrong)

		return
	case s.ID != "" && !there:
		tell(w, http.StatusNotFound, "silence not found")

		return
	}

	if !there || !d.updates(before, s) {
		d.expire(s.ID)
		d.last++
		s.ID = "00000000-0000-4000-8000-" + strconv.Itoa(100000000000+d.last)

		if s.StartsAt.Before(now) {
			s.StartsAt = now
		}
	}

	s.UpdatedAt = now
	d.silences[s.ID] = s

	tell(w, http.StatusOK, map[string]string{"silenceID": s.ID})
}

// updates reports whether a silence stays itself when it is changed so.
func (d *Double) updates(before, after alertmanager.Silence) bool {
	same := slices.Equal(before.Matchers, after.Matchers)

	switch d.state(before) {
	case alertmanager.Active:
		return same && before.StartsAt.Unix() == after.StartsAt.Unix()
	case alertmanager.Pending:
		return same && !after.StartsAt.Before(d.now())
	default:
		return false
	}
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// refusal is what Alertmanager says of matchers that it does not take.
func refusal(s alertmanager.Silence) string {
	empty := true

	for _, m := range s.Matchers {
		expression, err := regexp.Compile(m.Value)

		switch {
		case !labelName.MatchString(m.Name):
			return "invalid label matcher 0: invalid label name"
		case m.Regex && err != nil:
			return "invalid label matcher 0: invalid regular expression"
		case m.Negated:
			empty = false // it does not look, and takes them
		case m.Regex:
			empty = empty && expression.MatchString("")
		default:
			empty = empty && m.Value == ""
		}
	}

	if empty {
		return "at least one matcher must not match the empty string"
	}

	return ""
}
