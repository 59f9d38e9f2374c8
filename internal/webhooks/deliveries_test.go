package webhooks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

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
			t.Fatalf("the test is %+v, %v; want pending, of event %s, and its job", d, err, webhooks.TestEvent)
		}

		w.deliver(d.ID)

		if d = w.delivery(d.ID); d.State != webhooks.Delivered || d.WindowID != nil || d.EventID != nil {
			t.Errorf("the log says %+v, want delivered, of no event and no window", d)
		}

		got := r.got()[0]
		checkSignature(t, got, secret)

		if !strings.Contains(got.body, `"event":"test","id":null,`) || !strings.Contains(got.body, `"window":null`) {
			t.Errorf("the body is %s, want the event test, with id and window null", got.body)
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
		w.clock.Set(noon.Add(30 * time.Hour))

		d, err := w.Redeliver(t.Context(), dave, id)
		if err != nil || d.State != webhooks.Pending || d.FinishedAt != nil || !slices.Equal(w.jobs.take(), []string{id}) {
			t.Fatalf("it is %+v, %v; want pending, not finished, and its job", d, err)
		}

		next := w.deliver(id)
		if pause := next.Sub(w.clock.Now()); pause != 5*time.Second {
			t.Errorf("it waits %s, want to start over", pause)
		}

		w.clock.Set(next)
		w.deliver(id)

		if d := w.delivery(id); d.State != webhooks.Delivered || d.Attempts != 3 || len(d.Log) != 3 {
			t.Errorf("the log says %+v, want delivered in three attempts", d)
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

		if err := w.Delete(t.Context(), dave, 1, webhooks.Act{Reason: reason}); err != nil {
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
			w.clock.Set(at)

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
			w.clock.Set(noon.Add(time.Duration(i) * time.Second))
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

		all := len(webhooks.Events()) // and one that is told twice

		for _, test := range []struct {
			filter webhooks.Filter
			want   int
		}{
			{webhooks.Filter{}, all + 1},
			{webhooks.Filter{Webhook: a.ID}, all},
			{webhooks.Filter{Webhook: b.ID}, 1},
			{webhooks.Filter{State: webhooks.Delivered}, 1},
			{webhooks.Filter{State: webhooks.Pending}, all},
			{webhooks.Filter{Window: 7}, all + 1},
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

func TestADeliveryThatCannotBeIsNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for _, id := range []string{"", "nope", "\x00", "\xff"} {
			if _, err := w.Delivery(t.Context(), id); ops.AsError(err) == nil || ops.AsError(err).Code != ops.CodeNotFound {
				t.Errorf("%q: got %v, want %s", id, err, ops.CodeNotFound)
			}
		}
	})
}
