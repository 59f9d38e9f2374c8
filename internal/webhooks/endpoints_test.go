package webhooks_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

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
			t.Errorf("the secrets are %q and %q", none, secret)
		}

		if slack.Address != "https://hooks.example.com/…" || generic.Address != "https://in.example.com/hook?…" {
			t.Errorf("the addresses are shown as %q and %q", slack.Address, generic.Address)
		}

		list, err := w.Endpoints(t.Context())
		if err != nil || len(list) != 2 || list[0].ID != generic.ID ||
			!slices.Equal(list[0].Events, []maintenance.EventKind{maintenance.EventStarted, maintenance.EventEnded}) || list[0].CreatedBy != "dave" {
			t.Errorf("the list is %+v, %v", list, err)
		}

		name, address, disabled := "data team", "https://in.example.com/hook?token=secret-other", false

		changed, err := w.Update(t.Context(), dave, generic.ID, webhooks.Edit{
			Revision: generic.Revision, Name: &name, URL: &address, Enabled: &disabled, Reason: reason,
		})
		if err != nil || changed.Name != name || changed.Enabled || changed.Revision == generic.Revision || len(changed.Events) != 2 {
			t.Errorf("after a change it is %+v, %v", changed, err)
		}

		if _, err := w.Update(t.Context(), dave, generic.ID, webhooks.Edit{Revision: generic.Revision, Reason: reason}); code(err) != ops.CodeConflict {
			t.Errorf("a form that was filled before was taken: %v", err)
		}

		again, rotated, err := w.RotateSecret(t.Context(), dave, generic.ID, reason)
		if err != nil || rotated == secret || len(rotated) != len(secret) || again.Revision == changed.Revision {
			t.Errorf("the next secret is %q, %v", rotated, err)
		}

		if _, _, err := w.RotateSecret(t.Context(), dave, slack.ID, reason); code(err) != ops.CodeConflict {
			t.Errorf("a chat got a secret: %v", err)
		}

		if err := w.Delete(t.Context(), dave, slack.ID, reason); err != nil {
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

	for _, err := range []error{err, errUpdate, errTest, w.Delete(t.Context(), dave, id, reason)} {
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
			t.Errorf("an entry is %+v", e)
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
		t.Errorf("the change is kept as %+v", changed)
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

		if err := w.Delete(t.Context(), dave, other.ID, ""); code(err) != ops.CodeValidationFailed {
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
			t.Errorf("there are %d deliveries, %v", n, err)
		}

		for _, id := range w.jobs.take() {
			if next, err := w.Deliver(context.WithoutCancel(t.Context()), id); err != nil || !next.IsZero() {
				t.Errorf("its job says %s, %v", next, err)
			}
		}
	})
}

func TestButton(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t)
		w.trust(r)

		e, secret := w.create(webhooks.Generic, r.url)
		disabled := false

		if _, err := w.Update(t.Context(), dave, e.ID, webhooks.Edit{Enabled: &disabled, Reason: reason}); err != nil {
			t.Fatal(err)
		}

		d, err := w.Test(t.Context(), dave, e.ID)
		if err != nil || d.State != webhooks.Pending || d.Event != webhooks.TestEvent || !slices.Equal(w.jobs.take(), []string{d.ID}) {
			t.Fatalf("the test is %+v, %v", d, err)
		}

		w.deliver(d.ID)

		if d = w.delivery(d.ID); d.State != webhooks.Delivered || d.WindowID != nil || d.EventID != nil {
			t.Errorf("the log says %+v", d)
		}

		got := r.got()[0]
		checkSignature(t, got, secret)

		if !strings.Contains(got.body, `"event":"test","id":null,`) || !strings.Contains(got.body, `"window":null`) {
			t.Errorf("the body is %s", got.body)
		}

		if _, ok, err := w.log.Last(t.Context(), audit.WebhookTest, "webhooks/1", audit.Done); !ok || err != nil {
			t.Errorf("it is not in the audit log: %v", err)
		}
	})
}

func TestRedeliver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t, status(204), status(500))
		w.trust(r)
		w.create(webhooks.Generic, r.url)

		id := w.happenOnce(maintenance.EventAnnounced)
		w.deliver(id)
		w.clock.set(noon.Add(30 * time.Hour))

		d, err := w.Redeliver(t.Context(), dave, id)
		if err != nil || d.State != webhooks.Pending || d.FinishedAt != nil || !slices.Equal(w.jobs.take(), []string{id}) {
			t.Fatalf("it is %+v, %v", d, err)
		}

		next := w.deliver(id)
		if pause := next.Sub(w.clock.now()); pause != 5*time.Second {
			t.Errorf("it waits %s, want to begin anew", pause)
		}

		w.clock.set(next)
		w.deliver(id)

		if d := w.delivery(id); d.State != webhooks.Delivered || d.Attempts != 3 || len(d.Log) != 3 {
			t.Errorf("the log says %+v", d)
		}

		for _, got := range r.got() {
			if got.header.Get(webhooks.DeliveryHeader) != id {
				t.Error("the receiver cannot know it again")
			}
		}

		if _, ok, err := w.log.Last(t.Context(), audit.WebhookRedeliver, "webhooks/1", audit.Done); !ok || err != nil {
			t.Errorf("it is not in the audit log: %v", err)
		}

		if _, err := w.Redeliver(t.Context(), dave, "nothing"); code(err) != ops.CodeNotFound {
			t.Errorf("what is not there was sent again: %v", err)
		}

		if err := w.Delete(t.Context(), dave, 1, reason); err != nil {
			t.Fatal(err)
		}

		if _, err := w.Redeliver(t.Context(), dave, id); code(err) != ops.CodeConflict {
			t.Errorf("what is deleted was told again: %v", err)
		}

		if _, ok, err := w.log.Last(t.Context(), audit.WebhookRedeliver, "webhooks/1", audit.Refused); !ok || err != nil {
			t.Errorf("the refusal is not in the audit log: %v", err)
		}
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t, status(204))
		w.trust(r)
		w.create(webhooks.Generic, r.url)

		done, forgotten := w.happenOnce(maintenance.EventAnnounced), w.happenOnce(maintenance.EventStarted)
		w.deliver(done)

		sweep := func(at time.Time) []string {
			w.clock.set(at)

			if err := w.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}

			return w.jobs.take()
		}

		if got := sweep(noon.Add(4 * time.Minute)); len(got) > 0 {
			t.Errorf("too early it enqueued %v", got)
		}

		if got := sweep(noon.Add(6 * time.Minute)); !slices.Equal(got, []string{forgotten}) {
			t.Errorf("it enqueued %v, want %v", got, forgotten)
		}

		if got := sweep(noon.Add(7 * time.Minute)); len(got) > 0 {
			t.Errorf("it enqueued %v again", got)
		}

		w.delivery(done)
		sweep(noon.Add(91 * 24 * time.Hour))

		if _, err := w.Delivery(t.Context(), done); code(err) != ops.CodeNotFound {
			t.Errorf("91 days later it is still there: %v", err)
		}

		w.delivery(forgotten) // what was never finished stays
	})
}

func TestLog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t, status(204), status(500))
		w.trust(r)

		a, _ := w.create(webhooks.Generic, r.url)
		b, _ := w.create(webhooks.Slack, r.url, maintenance.EventEnded)

		var want []string

		for i, kind := range webhooks.Events() {
			w.clock.set(noon.Add(time.Duration(i) * time.Second))
			want = append(want, w.happen(kind)...)
		}

		w.deliver(want[0])
		w.deliver(want[1])
		slices.Sort(want)
		slices.Reverse(want)

		var got []string

		for filter := (webhooks.Filter{Limit: 3}); ; {
			page, err := w.Deliveries(t.Context(), filter)
			if err != nil {
				t.Fatal(err)
			}

			for _, d := range page.Items {
				got = append(got, d.ID)
			}

			if filter.Cursor = page.Next; page.Next == "" {
				break
			}
		}

		if !slices.Equal(got, want) {
			t.Errorf("the pages are %v, want %v", got, want)
		}

		for _, test := range []struct {
			filter webhooks.Filter
			want   int
		}{
			{webhooks.Filter{}, 8},
			{webhooks.Filter{Webhook: a.ID}, 7},
			{webhooks.Filter{Webhook: b.ID}, 1},
			{webhooks.Filter{State: webhooks.Delivered}, 1},
			{webhooks.Filter{State: webhooks.Pending}, 7},
			{webhooks.Filter{Window: 7}, 8},
			{webhooks.Filter{Window: 8}, 0},
			{webhooks.Filter{Event: maintenance.EventEnded}, 2},
			{webhooks.Filter{Event: maintenance.EventEnded, Webhook: b.ID, Cursor: "0", Limit: 1}, 1},
		} {
			if n, err := w.CountDeliveries(t.Context(), test.filter); err != nil || n != test.want {
				t.Errorf("%+v selects %d, want %d: %v", test.filter, n, test.want, err)
			}
		}
	})
}
