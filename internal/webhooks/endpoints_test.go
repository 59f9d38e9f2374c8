package webhooks_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

func code(err error) ops.Code {
	if err == nil {
		return ""
	}

	return ops.AsError(err).Code
}

// fields are what a form got wrong.
func fields(err error) []string {
	var out []string
	for _, f := range ops.FieldErrors(err) {
		out = append(out, strings.TrimPrefix(f.Field, "body."))
	}

	slices.Sort(out)

	return out
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		slack, none := w.create(webhooks.Slack, "https://hooks.example.com/services/T0/B0/secret-token")
		generic, secret := w.create(webhooks.Generic, "https://in.example.com/hook?token=secret-token", maintenance.EventEnded, maintenance.EventStarted)

		if none != "" || len(secret) < 50 {
			t.Errorf("the secrets are %q and %q, want none and at least 50 characters", none, secret)
		}

		if slack.Address != "https://hooks.example.com/…" || generic.Address != "https://in.example.com/hook?…" {
			t.Errorf("the addresses are shown as %q and %q, want %q and %q", slack.Address, generic.Address, "https://hooks.example.com/…", "https://in.example.com/hook?…")
		}

		list, err := w.Endpoints(t.Context())
		if err != nil || len(list) != 2 || list[0].ID != generic.ID ||
			!slices.Equal(list[0].Events, []maintenance.EventKind{maintenance.EventStarted, maintenance.EventEnded}) || list[0].CreatedBy != "dave" {
			t.Errorf("the list is %+v, %v; want two, first webhook %d by dave, of started and ended", list, err, generic.ID)
		}

		name, address, disabled := "data team", "https://in.example.com/hook?token=secret-other", false

		changed, err := w.Update(t.Context(), dave, generic.ID, webhooks.Edit{
			Revision: generic.Revision, Name: &name, URL: &address, Enabled: &disabled, Reason: reason,
		})
		if err != nil || changed.Name != name || changed.Enabled || changed.Revision == generic.Revision || len(changed.Events) != 2 {
			t.Errorf("after a change it is %+v, %v; want %q, disabled, at another revision, of two events", changed, err, name)
		}

		if _, err := w.Update(t.Context(), dave, generic.ID, webhooks.Edit{Revision: generic.Revision, Reason: reason}); code(err) != ops.CodeConflict {
			t.Errorf("a form that was filled before was taken: %v", err)
		}

		again, rotated, err := w.RotateSecret(t.Context(), dave, generic.ID, webhooks.Act{Reason: reason})
		if err != nil || rotated == secret || len(rotated) != len(secret) || again.Revision == changed.Revision {
			t.Errorf("the next secret is %q, %v; want another, as long, at another revision", rotated, err)
		}

		if _, _, err := w.RotateSecret(t.Context(), dave, slack.ID, webhooks.Act{Reason: reason}); code(err) != ops.CodeConflict {
			t.Errorf("a chat got a secret: %v", err)
		}

		if err := w.Delete(t.Context(), dave, slack.ID, webhooks.Act{Reason: reason}); err != nil {
			t.Error(err)
		}

		w.create(webhooks.Slack, "https://hooks.example.com/again") // the name is free again

		checkGone(t, w, slack.ID)
		checkAudit(t, w, []string{"secret-token", "secret-other", secret, rotated, "T0/B0"})
	})
}

func checkGone(t *testing.T, w *world, id int64) {
	t.Helper()

	_, err := w.Endpoint(t.Context(), id)
	_, errUpdate := w.Update(t.Context(), dave, id, webhooks.Edit{Reason: reason})
	_, errTest := w.Test(t.Context(), dave, id)

	for _, err := range []error{err, errUpdate, errTest, w.Delete(t.Context(), dave, id, webhooks.Act{Reason: reason})} {
		if code(err) != ops.CodeNotFound {
			t.Errorf("a webhook that was deleted is there: %v", err)
		}
	}

	var left string

	err = w.DB.Read().QueryRowContext(t.Context(), `SELECT url || secret FROM opsconsole_webhooks WHERE id = $1`, id).Scan(&left)
	if err != nil || left != "" {
		t.Errorf("of it there is still %q, %v", left, err)
	}
}

func checkAudit(t *testing.T, w *world, secrets []string) {
	t.Helper()

	page, err := w.log.List(t.Context(), audit.Filter{})
	if err != nil {
		t.Fatal(err)
	}

	var actions, refused []audit.Action

	changed := audit.Entry{}

	for _, e := range page.Items {
		switch e.Outcome {
		case audit.Done:
			actions = append(actions, e.Action)
		case audit.Refused:
			refused = append(refused, e.Action)
		case audit.Intent, audit.Failed, audit.Unknown:
		}

		if e.Action == audit.WebhookChange && e.Outcome == audit.Done {
			changed = e
		}

		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}

		for _, secret := range secrets {
			if strings.Contains(string(data), secret) {
				t.Errorf("%q is in the audit log: %s", secret, data)
			}
		}

		if e.Actor != "dave" || e.Reason != reason {
			t.Errorf("an entry is %+v, want dave and %q", e, reason)
		}
	}

	want := []audit.Action{
		audit.WebhookCreate, audit.WebhookDelete, audit.WebhookRotateSecret, audit.WebhookChange, audit.WebhookCreate, audit.WebhookCreate,
	}
	if !slices.Equal(actions, want) {
		t.Errorf("the audit log has %q, want %q", actions, want)
	}

	if want := []audit.Action{audit.WebhookRotateSecret, audit.WebhookChange}; !slices.Equal(refused, want) {
		t.Errorf("refused was %q, want %q", refused, want)
	}

	if changed.Message != "The address was changed." || !strings.Contains(string(changed.Before), "team generic") ||
		!strings.Contains(string(changed.After), "data team") {
		t.Errorf("the change is kept as %+v, want %q, from team generic to data team", changed, "The address was changed.")
	}
}

func TestSecretsAreNotInJSON(t *testing.T) {
	t.Parallel()

	w := onSQLite(t, nil)
	e, secret := w.create(webhooks.Generic, "https://in.example.com/hook?token=secret-token")
	id := w.happenOnce(maintenance.EventAnnounced)

	for _, value := range []any{e, w.delivery(id)} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}

		if strings.Contains(string(data), secret) || strings.Contains(string(data), "secret-token") {
			t.Errorf("a secret is in %s", data)
		}
	}
}

func TestBadEndpoints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		good := webhooks.Draft{Name: "x", Kind: webhooks.Generic, URL: "https://a.example.com/", Reason: reason}

		for name, test := range map[string]struct {
			change func(d *webhooks.Draft)
			want   []string
		}{
			"nothing": {func(d *webhooks.Draft) { *d = webhooks.Draft{} }, []string{"kind", "name", "reason", "url"}},
			"name":    {func(d *webhooks.Draft) { d.Name = " \t" }, []string{"name"}},
			"long":    {func(d *webhooks.Draft) { d.Name = strings.Repeat("é", 101) }, []string{"name"}},
			"binary":  {func(d *webhooks.Draft) { d.Name = "a\xffb" }, []string{"name"}},
			"null":    {func(d *webhooks.Draft) { d.Name = "a\x00b" }, []string{"name"}},
			"kind":    {func(d *webhooks.Draft) { d.Kind = "irc" }, []string{"kind"}},
			"events":  {func(d *webhooks.Draft) { d.Events = []maintenance.EventKind{"started", "x\xff", "test"} }, []string{"events", "events"}},
			"host":    {func(d *webhooks.Draft) { d.URL = "https://evil.example/" }, []string{"url"}},
			"reason":  {func(d *webhooks.Draft) { d.Reason = "x" }, []string{"reason"}},
			"no text": {func(d *webhooks.Draft) { d.Reason = "a reason\x00\xff" }, []string{"reason"}},
			"much":    {func(d *webhooks.Draft) { d.Reason = strings.Repeat("no reason ", 1000) }, []string{"reason"}},
		} {
			draft := good
			test.change(&draft)

			if _, secret, err := w.Create(t.Context(), dave, draft); !slices.Equal(fields(err), test.want) || secret != "" {
				t.Errorf("%s: %v is wrong, want %v (%v)", name, fields(err), test.want, err)
			}
		}

		first, _, err := w.Create(t.Context(), dave, good)
		if err != nil {
			t.Fatal(err)
		}

		if _, _, err := w.Create(t.Context(), dave, good); !slices.Equal(fields(err), []string{"name"}) {
			t.Errorf("two have one name: %v", err)
		}

		second := good
		second.Name = "y"

		other, _, err := w.Create(t.Context(), dave, second)
		if err != nil {
			t.Fatal(err)
		}

		evil, empty := "http://a.example.com", ""

		for _, edit := range []webhooks.Edit{
			{URL: &evil, Reason: reason},
			{Name: &empty, Reason: reason},
			{Name: &first.Name, Reason: reason},
			{Events: &[]maintenance.EventKind{"no"}, Reason: reason},
			{},
		} {
			if _, err := w.Update(t.Context(), dave, other.ID, edit); code(err) != ops.CodeValidationFailed {
				t.Errorf("%+v was taken: %v", edit, err)
			}
		}

		if same, err := w.Endpoint(t.Context(), other.ID); err != nil || same.Revision != other.Revision {
			t.Errorf("what was refused changed it: %+v, %v", same, err)
		}

		if err := w.Delete(t.Context(), dave, other.ID, webhooks.Act{}); code(err) != ops.CodeValidationFailed {
			t.Errorf("it was deleted without a reason: %v", err)
		}

		if _, err := w.Update(t.Context(), dave, other.ID, webhooks.Edit{Revision: 9, Name: &empty, Reason: reason}); code(err) != ops.CodeConflict {
			t.Errorf("it was changed from another revision: %v", err)
		}

		for action, want := range map[audit.Action]int{audit.WebhookCreate: 12, audit.WebhookChange: 6, audit.WebhookDelete: 1} {
			if n, err := w.log.Count(t.Context(), audit.Filter{Action: action, Outcome: audit.Refused}); err != nil || n != want {
				t.Errorf("%d refusals of %s are in the audit log, want %d (%v)", n, action, want, err)
			}
		}
	})
}

func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		w.create(webhooks.Generic, "https://a.example.com/")
		w.create(webhooks.Slack, "https://b.example.com/", maintenance.EventStarted, maintenance.EventEnded)

		for _, kind := range webhooks.Events() {
			want := 1
			if kind == maintenance.EventStarted || kind == maintenance.EventEnded {
				want = 2
			}

			if got := len(w.happen(kind)); got != want {
				t.Errorf("%s is told to %d, want %d", kind, got, want)
			}
		}
	})
}

// TestUndone: an event that did not happen is not told.
func TestUndone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		w.create(webhooks.Generic, "https://a.example.com/")

		undone := errors.New("undone")

		err := w.DB.Tx(t.Context(), func(tx *sql.Tx) error {
			return errors.Join(w.Notify(t.Context(), tx, event(maintenance.EventStarted)), undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}

		if n, err := w.CountDeliveries(t.Context(), webhooks.Filter{}); err != nil || n != 0 {
			t.Errorf("there are %d deliveries, %v; want none", n, err)
		}

		for _, id := range w.jobs.take() {
			if next, err := w.Deliver(context.WithoutCancel(t.Context()), id); err != nil || !next.IsZero() {
				t.Errorf("its job says %s, %v; want no next time", next, err)
			}
		}
	})
}
