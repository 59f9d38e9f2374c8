package live_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// table draws a thousand rows and when they were read; the row a:b> is another in each third
// snapshot, and there is one more from the seventh on.
func table(_ context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		err := components.Polled(now, now).Render(ctx, w)

		for i := 0; err == nil && i < 1000 || i == 1000 && s.Seq >= 7; i++ {
			err = shell.Piece(fmt.Sprint("row-", i), text(fmt.Sprintf("<p id=row-%d>%x</p>", i, i*i*7919))).Render(ctx, w)
		}

		if err != nil {
			return err
		}

		return shell.Piece("row-a:b>", text(fmt.Sprintf("<p>the %d.</p>", s.Seq/3))).Render(ctx, w)
	}), nil
}

func TestOnlyThePiecesThatDifferAreSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.open("/events?page=table")
		read := 0

		// came is what has come since it was last called, but for beats and ids.
		came := func() string {
			text := s.Body.String()[read:]
			read = s.Body.Len()

			var out strings.Builder

			for block := range strings.SplitSeq(text, "\n\n") {
				if _, data, found := strings.Cut(block, "page: table\ndata: "); found {
					out.WriteString(data)
				}
			}

			return out.String()
		}

		if got := came(); strings.Count(got, "row-") != 1000 || strings.Contains(got, "<!--") {
			t.Errorf("at first %d rows came, want 1000 and no marks\n%.200s", strings.Count(got, "row-"), got)
		}

		for seq := 2; seq <= 8; seq++ {
			<-time.After(5 * time.Second)
			w.monitor.Poll(t.Context())
			synctest.Wait()

			const piece = `<hx-partial hx-target="#row-a\3a b\3e " hx-swap="outerMorph" data-of="#table"><p>the `

			switch got := came(); {
			case seq%3 == 0 && (!strings.HasPrefix(got, piece) || strings.Contains(got, "row-1")):
				t.Errorf("snapshot %d: %.200s came, want the one row that differs", seq, got)
			case seq == 7 && strings.Count(got, "row-") != 1001:
				t.Errorf("snapshot %d: %d rows came, want all as there is one more", seq, strings.Count(got, "row-"))
			case seq%3 != 0 && seq != 7 && got != "":
				t.Errorf("snapshot %d: %.200s came, want nothing: it was read anew, and that is all", seq, got)
			}
		}

		// Who comes later has all of it, as it is.
		if got := w.open("/events?page=table").close(t); !strings.Contains(got, "<p>the 2.</p>") || strings.Count(got, "<p id=row-") != 1001 {
			t.Errorf("%.200s came, want everything", got)
		}

		s.close(t)
	})
}
